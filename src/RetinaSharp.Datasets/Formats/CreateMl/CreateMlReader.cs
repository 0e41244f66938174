using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Reads annotation files of Apple's Create ML: a list of images with boxes whose x and y are those of the center.</summary>
internal sealed class CreateMlReader() : AnnotationFileReader("Create ML")
{
    public override bool Reads(string file) => DataFiles.HasExtension(file, ".json") && JsonSniffer.GetKind(file) == JsonKind.CreateMl;

    protected override IEnumerable<string> Find(DataFolder folder) => folder.WithKind(JsonKind.CreateMl);

    protected override ParsedDataset Parse(string file, DatasetOptions options, ProblemLog log)
    {
        var images = new List<ParsedImage>();
        var notes = new Notes();
        JsonFile.Load(file).ReadEntries((_, entry) => ItemErrors.Collect(log, () =>
        {
            var name = (entry.Find("image", "imagefilename") ?? entry.Get("image")).Text();
            var objects = new List<ParsedObject>();
            foreach (var annotation in entry.Find("annotations", "annotation")?.Items() ?? [])
                ItemErrors.Collect(log, () => ReadAnnotation(annotation, objects, notes));
            images.Add(new() { FileName = name, Location = entry.Location, Objects = objects });
        }));
        notes.Report(file, log);
        return new() { Format = Name, Path = file, Images = images, ImageFolders = ImageFolders.Near(Path.GetDirectoryName(Path.GetFullPath(file))!) };
    }

    private static void ReadAnnotation(JsonItem annotation, List<ParsedObject> objects, Notes notes)
    {
        var label = annotation.Get("label").Text().Trim();
        var box = annotation.Get("coordinates");
        var (width, height) = (box.Get("width").Number(), box.Get("height").Number());
        var bounds = Bounds.FromSize(box.Get("x").Number() - width / 2, box.Get("y").Number() - height / 2, width, height);
        if (label.Length == 0)
            notes.Add(ShapeNotes.WithoutLabel);
        else
            objects.Add(bounds.ToObject(label, annotation.Location));
    }
}
