using System.Text.Json;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Reads projects (JSON) and exports (JSON and CSV) of the VGG Image Annotator, versions 1 and 2, and projects of version 3.</summary>
internal sealed class ViaReader() : AnnotationFileReader("VGG Image Annotator")
{
    private const string ProjectEntries = "_via_img_metadata";
    private const string ShapeColumn = "region_shape_attributes";

    public override bool Reads(string file) =>
        DataFiles.HasExtension(file, ".json") ? JsonSniffer.GetKind(file) is JsonKind.Via or JsonKind.Via3 : IsCsv(file);

    protected override IEnumerable<string> Find(DataFolder folder)
    {
        // An export in CSV beside one in JSON has the same regions.
        var json = folder.WithKind(JsonKind.Via).Concat(folder.WithKind(JsonKind.Via3)).ToArray();
        return json.Length > 0 ? json : folder.WithExtension(".csv").Where(IsCsv);
    }

    protected override ParsedDataset Parse(string file, DatasetOptions options, ProblemLog log)
    {
        var images = new ViaImages(file);
        if (DataFiles.HasExtension(file, ".json"))
            ReadJson(file, images, log);
        else
            ReadCsv(file, images, log);
        return images.Build(log);
    }

    private static bool IsCsv(string file) => DataFiles.HasExtension(file, ".csv") && CsvReader.ReadFirst(file)?.Contains(ShapeColumn) == true;

    private static void ReadJson(string file, ViaImages images, ProblemLog log)
    {
        var json = JsonFile.Load(file);
        if (JsonSniffer.GetKind(file) == JsonKind.Via3)
        {
            json.ReadRoot(root =>
            {
                Via3Project.Read(root, images, log);
                return true;
            });
            return;
        }

        if (!json.TryReadEntries(ProjectEntries, Read))
            json.ReadEntries(Read);

        void Read(string name, JsonItem entry) => ItemErrors.Collect(log, () => ReadEntry(entry, images, log));
    }

    private static void ReadEntry(JsonItem entry, ViaImages images, ProblemLog log)
    {
        var list = images.Add(entry.Get("filename").Text(), entry.Location);
        if (entry.Find("regions") is not { } regions)
            return;
        foreach (var region in regions.ItemsOrValues())
        {
            ItemErrors.Collect(log, () =>
            {
                if (ViaRegion.Read(region.Get("shape_attributes"), region.Find("region_attributes"), region.Location, images.Notes) is { } found)
                    list.Add(found);
            });
        }
    }

    private static void ReadCsv(string file, ViaImages images, ProblemLog log)
    {
        using var csv = new CsvReader(file);
        csv.Read();
        var header = csv.Fields.Select(name => name.TrimStart('#')).ToList();
        var (name, shape, attributes) = (header.IndexOf("filename"), header.IndexOf(ShapeColumn), header.IndexOf("region_attributes"));
        if (name < 0)
            throw new DatasetException(file, "line 1", "has no column \"filename\"");
        while (csv.Read())
        {
            ItemErrors.Collect(log, () =>
            {
                if (csv[name] is not { Length: > 0 } fileName)
                    throw new DatasetException(file, csv.Location, "has no file name");
                var list = images.GetOrAdd(fileName, csv.Location);
                // An image without regions has a row with an empty shape.
                if (csv[shape] is not ("" or "{}") && ReadCells(csv, shape, attributes, images.Notes) is { } region)
                    list.Add(region);
            });
        }
    }

    /// <summary>Reads a region from the JSON text in two fields of a row.</summary>
    private static ViaRegion? ReadCells(CsvReader csv, int shape, int attributes, Notes notes)
    {
        try
        {
            using var shapes = JsonDocument.Parse(csv[shape]);
            using var values = csv[attributes].Length > 0 ? JsonDocument.Parse(csv[attributes]) : null;
            return ViaRegion.Read(Item(shapes), values is null ? null : Item(values), csv.Location, notes);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new DatasetException(csv.File, csv.Location, $"the attributes are not valid JSON: {exception.Message}", exception);
        }

        JsonItem Item(JsonDocument document) => new(document.RootElement, csv.File, csv.Location);
    }
}
