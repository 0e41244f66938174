using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Reads box annotations of Open Images: a CSV file per split with boxes as fractions of the image and with class ids such as <c>/m/01g317</c>,
/// whose names are in another file.
/// </summary>
internal sealed class OpenImagesReader() : AnnotationFileReader("Open Images")
{
    /// <summary>Images of Open Images are JPEG files; their extension is not in the annotations.</summary>
    private const string Extension = ".jpg";

    private static readonly string[] Columns = ["ImageID", "LabelName", "XMin", "XMax", "YMin", "YMax"];

    public override bool Reads(string file) => DataFiles.HasExtension(file, ".csv") && CsvReader.ReadFirst(file) is { } header && Columns.All(header.Contains);

    protected override IEnumerable<string> Find(DataFolder folder) => folder.WithExtension(".csv").Where(Reads);

    protected override ParsedDataset Parse(string file, DatasetOptions options, ProblemLog log)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var names = FindNames(folder) is { } descriptions ? ReadNames(descriptions) : [];
        var images = new List<ParsedImage>();
        var objects = new Dictionary<string, List<ParsedObject>>();
        var unnamed = new HashSet<string>();
        using var csv = new CsvReader(file);
        csv.Read();
        var columns = csv.Fields.ToList();
        int[] indices = [.. Columns.Select(column => columns.IndexOf(column)), columns.IndexOf("IsGroupOf")];
        while (csv.Read())
        {
            ItemErrors.Collect(log, () =>
            {
                var id = csv[indices[0]];
                var label = csv[indices[1]];
                if (id.Length == 0 || label.Length == 0)
                    throw new DatasetException(file, csv.Location, $"has no {(id.Length == 0 ? Columns[0] : Columns[1])}");
                var item = new ParsedObject(names.GetValueOrDefault(label, label), Number(csv, indices, 2), Number(csv, indices, 4), Number(csv, indices, 3), Number(csv, indices, 5), csv.Location)
                {
                    IsNormalized = true,
                    IsCrowd = csv[indices[6]] == "1",
                };
                if (!names.ContainsKey(label))
                    unnamed.Add(label);
                if (!objects.TryGetValue(id, out var list))
                {
                    objects.Add(id, list = []);
                    images.Add(new() { FileName = Path.HasExtension(id) ? id : id + Extension, Location = csv.Location, Objects = list });
                }

                list.Add(item);
            });
        }

        if (unnamed.Count > 0)
            log.AddWarning(file, "", $"{unnamed.Count} classes are named by their ids, for example \"{unnamed.First()}\": put class-descriptions-boxable.csv beside the file to name them");
        return new() { Format = Name, Path = file, Images = images, ImageFolders = ImageFolders.Near(folder) };
    }

    private static double Number(CsvReader csv, int[] indices, int column) => csv.TryParse(csv[indices[column]], out var number)
        ? number
        : throw new DatasetException(csv.File, csv.Location, $"{Columns[column]} \"{csv[indices[column]]}\" is not a fraction of the image");

    /// <summary>Returns the file with the names of the classes: beside the annotations, above them, or in FiftyOne's folder <c>metadata</c>.</summary>
    private static string? FindNames(string folder)
    {
        var parent = Path.GetDirectoryName(folder) ?? folder;
        return new[] { folder, parent, Path.Combine(folder, "metadata"), Path.Combine(parent, "metadata") }.Where(Directory.Exists)
            .SelectMany(place => DataFiles.List(place, recursive: false, file => DataFiles.HasExtension(file, ".csv")
                && (Path.GetFileName(file).Contains("class-descriptions", StringComparison.OrdinalIgnoreCase) || Path.GetFileName(file).Equals("classes.csv", StringComparison.OrdinalIgnoreCase))))
            .FirstOrDefault();
    }

    private static Dictionary<string, string> ReadNames(string file)
    {
        var names = new Dictionary<string, string>();
        using var csv = new CsvReader(file);
        while (csv.Read())
        {
            if (csv[0].Length > 0 && csv[1].Length > 0)
                names.TryAdd(csv[0], csv[1]);
        }

        return names;
    }
}
