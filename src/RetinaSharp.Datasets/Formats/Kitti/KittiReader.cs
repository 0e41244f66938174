using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Reads KITTI datasets: a text file per image, in <c>label_2</c> with the images in <c>image_2</c>, or beside the images.</summary>
internal sealed class KittiReader : IDatasetReader
{
    /// <summary>
    /// Folder of the images of KITTI's left color camera, to which the labels belong. The folders of other cameras have files with the same
    /// names.
    /// </summary>
    private const string ImageFolder = "image_2";

    public string Name => "KITTI";

    public SplitList FindSplits(string file, DatasetOptions options) => new([]);

    public SplitList FindSplits(DataFolder folder, DatasetOptions options) => SplitList.InFolders(folder.Path, TextFiles(folder, options).Where(file => KittiFile.IsLabels(file) == true));

    public bool Reads(string file) => DataFiles.HasExtension(file, ".txt") && KittiFile.IsLabels(file) == true;

    public bool Reads(DataFolder folder, DatasetOptions options) => TextFiles(folder, options).Any(file => KittiFile.IsLabels(file) == true);

    public DetectionDataset ReadFile(string source, string file, string? split, DatasetOptions options, ProblemLog log) =>
        Read(source, Path.GetDirectoryName(Path.GetFullPath(file))!, [file], split, options, log);

    public DetectionDataset ReadFolder(string source, DataFolder folder, string? split, DatasetOptions options, ProblemLog log)
    {
        // An empty file is an image without objects, if its folder has labels.
        var files = TextFiles(folder, options).Select(file => (Path: file, IsLabels: KittiFile.IsLabels(file))).ToArray();
        var folders = files.Where(file => file.IsLabels == true).Select(file => Path.GetDirectoryName(file.Path)).ToHashSet();
        return Read(source, folder.Path, [.. files.Where(file => file.IsLabels ?? folders.Contains(Path.GetDirectoryName(file.Path))).Select(file => file.Path)], split, options, log);
    }

    private static IEnumerable<string> TextFiles(DataFolder folder, DatasetOptions options) =>
        (options.LabelsDirectory is { } given ? new DataFolder(given) : folder).WithExtension(".txt");

    private DetectionDataset Read(string source, string root, string[] files, string? split, DatasetOptions options, ProblemLog log)
    {
        var images = ImageLabelFiles.Read(files, root, KittiFile.Read, log);
        if (options.ImagesDirectory is null)
            FindImages(images);
        return DatasetBuilder.Build(source, split, new() { Format = Name, Path = root, Images = images, ImageFolders = ImageFolders.Near(root) }, options, log);
    }

    /// <summary>Sets the paths of the images that are in a folder <c>image_2</c> beside the folder of their label file.</summary>
    private static void FindImages(List<ParsedImage> images)
    {
        var found = new Dictionary<string, Dictionary<string, string>>();
        for (var i = 0; i < images.Count; i++)
        {
            var labels = Path.GetDirectoryName(Path.GetFullPath(images[i].AnnotationFile!))!;
            if (!found.TryGetValue(labels, out var paths))
                found.Add(labels, paths = List(labels));
            if (paths.TryGetValue(Path.GetFileNameWithoutExtension(images[i].AnnotationFile!), out var path))
                images[i] = images[i] with { ImagePath = path };
        }

        static Dictionary<string, string> List(string labels)
        {
            var paths = new Dictionary<string, string>();
            var folder = Path.Combine(Path.GetDirectoryName(labels) ?? labels, ImageFolder);
            foreach (var image in Directory.Exists(folder) ? DataFiles.List(folder, recursive: false, ImageFiles.IsImage) : [])
                paths.TryAdd(Path.GetFileNameWithoutExtension(image), image);
            return paths;
        }
    }
}
