using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Reads exports of Label Studio in its formats JSON, a list of tasks or a file per task, and JSON-MIN, a list of images with their shapes.
/// </summary>
internal sealed class LabelStudioReader() : AnnotationFileReader("Label Studio")
{
    public override bool Reads(string file) => DataFiles.HasExtension(file, ".json") && JsonSniffer.GetKind(file) == JsonKind.LabelStudio;

    protected override IEnumerable<string> Find(DataFolder folder) => folder.WithKind(JsonKind.LabelStudio);

    protected override ParsedDataset Parse(string file, DatasetOptions options, ProblemLog log)
    {
        var notes = new Notes();
        var tasks = new LabelStudioTasks(notes);
        var images = new List<ParsedImage>();
        var json = JsonFile.Load(file);
        if (json.IsList)
            json.ReadEntries((_, entry) => Add(entry));
        else
            json.ReadRoot(root =>
            {
                Add(root);
                return true;
            });
        notes.Report(file, log);
        return new() { Format = Name, Path = file, Images = images, ImageFolders = ImageFolders.Near(Path.GetDirectoryName(Path.GetFullPath(file))!) };

        void Add(JsonItem task) => ItemErrors.Collect(log, () =>
        {
            if (tasks.Read(task, log) is { } image)
                images.Add(image);
        });
    }
}
