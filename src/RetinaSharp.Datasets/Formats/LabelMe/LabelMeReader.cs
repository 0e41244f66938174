using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Reads LabelMe datasets: one JSON file per image, beside the images or in a folder of its own.</summary>
internal sealed class LabelMeReader : IDatasetReader
{
    public string Name => "LabelMe";

    public SplitList FindSplits(string file, DatasetOptions options) => new([]);

    public SplitList FindSplits(DataFolder folder, DatasetOptions options) => SplitList.InFolders(folder.Path, Files(folder, options));

    public bool Reads(string file) => DataFiles.HasExtension(file, ".json") && JsonSniffer.GetKind(file) == JsonKind.LabelMe;

    public bool Reads(DataFolder folder, DatasetOptions options) => Files(folder, options).Any();

    public DetectionDataset ReadFile(string source, string file, string? split, DatasetOptions options, ProblemLog log) =>
        Read(source, Path.GetDirectoryName(Path.GetFullPath(file))!, [file], split, options, log);

    public DetectionDataset ReadFolder(string source, DataFolder folder, string? split, DatasetOptions options, ProblemLog log) =>
        Read(source, folder.Path, [.. Files(folder, options)], split, options, log);

    private static IEnumerable<string> Files(DataFolder folder, DatasetOptions options) =>
        (options.LabelsDirectory is { } given ? new DataFolder(given) : folder).WithKind(JsonKind.LabelMe);

    private DetectionDataset Read(string source, string root, string[] files, string? split, DatasetOptions options, ProblemLog log)
    {
        var images = ImageLabelFiles.Read(files, root, LabelMeFile.Read, log);
        return DatasetBuilder.Build(source, split, new() { Format = Name, Path = root, Images = images, ImageFolders = ImageFolders.Near(root) }, options, log);
    }
}
