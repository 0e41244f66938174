using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Reads Pascal VOC datasets: one XML file per image, in a folder <c>Annotations</c>, beside the images, or anywhere else; optionally a text
/// file per split that lists its images.
/// </summary>
/// <param name="anyFolder">Whether annotation files in any folder make a dataset, or only those in a folder with a usual name.</param>
internal sealed class VocReader(bool anyFolder) : IDatasetReader
{
    private static readonly string[] ImageFolderNames = ["JPEGImages", "images", "image", "imgs", "img"];

    public string Name => "Pascal VOC";

    public bool Reads(string file) => DataFiles.HasExtension(file, ".xml") && XmlRoot.Read(file) == VocFile.RootElement;

    public bool Reads(DataFolder folder, DatasetOptions options) =>
        AnnotationFolder(folder, options) is not null || (anyFolder && folder.WithExtension(".xml").Any(Reads));

    public SplitList FindSplits(string file, DatasetOptions options) => new([]);

    public SplitList FindSplits(DataFolder folder, DatasetOptions options) => Directory.Exists(ListFolder(folder))
        ? SplitList.Find(name => FindList(folder, name) is not null)
        : SplitList.InFolders(folder.Path, Files(folder, options));

    public DetectionDataset ReadFile(string source, string file, string? split, DatasetOptions options, ProblemLog log)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        return DatasetBuilder.Build(source, split, Parse(folder, [VocFile.Read(file, log)], [folder]), options, log);
    }

    public DetectionDataset ReadFolder(string source, DataFolder folder, string? split, DatasetOptions options, ProblemLog log)
    {
        var files = ParallelRead.Select(Files(folder, options), log, VocFile.Read).Where(file => file is not null).ToArray();
        var imageFolders = AnnotationFolder(folder, options) is null ? [folder.Path] : ImageFolders(folder);
        var lists = ListFolder(folder);
        var list = FindList(folder, split ?? SplitNames.TrainVal);
        if (list is null && (split is null || !Directory.Exists(lists)))
            return DatasetBuilder.Build(source, split, Parse(folder.Path, files, imageFolders), options, log);
        if (list is null)
        {
            var available = Lists(lists).Take(8).Select(Path.GetFileNameWithoutExtension);
            throw new DatasetException(Path.Combine(lists, split + ".txt"), "", $"the split does not exist; available splits: {string.Join(", ", available)}");
        }

        // The classes are those of all splits, in each split.
        var parsed = Parse(folder.Path, Select(list, files, log), imageFolders) with
        {
            Classes = [.. files.SelectMany(file => file.Objects).Select(item => item.Name).Distinct().Order(StringComparer.Ordinal)],
        };
        return DatasetBuilder.Build(source, split: null, parsed, options, log);
    }

    private static ParsedDataset Parse(string path, IEnumerable<VocFile> files, IReadOnlyList<string> imageFolders) => new()
    {
        Format = "Pascal VOC",
        HasSizes = true,
        Path = path,
        ImageFolders = imageFolders,
        Images =
        [
            .. files.Select(file => new ParsedImage
            {
                FileName = file.FileName,
                AnnotationFile = file.FullPath,
                Width = file.Width,
                Height = file.Height,
                // The corners are used as written: the file does not tell whether its tool counts pixels from 1 or includes the last pixel.
                Objects =
                [
                    .. file.Objects.Select(item => new ParsedObject(item.Name, item.XMin, item.YMin, item.XMax, item.YMax, $"line {item.Line}, object {item.Index}")
                    {
                        IsDifficult = item.IsDifficult,
                    }),
                ],
            }),
        ],
    };

    /// <summary>Returns the paths of all annotation files.</summary>
    private string[] Files(DataFolder folder, DatasetOptions options) => AnnotationFolder(folder, options) is { } annotations
        ? DataFiles.List(annotations, recursive: true, file => DataFiles.HasExtension(file, ".xml"))
        : [.. folder.WithExtension(".xml").Where(Reads)];

    /// <summary>Returns the path of the folder of the lists of the images of each split.</summary>
    private static string ListFolder(DataFolder folder) => Path.Combine(folder.Path, "ImageSets", "Main");

    private static string[] Lists(string folder) => DataFiles.List(folder, recursive: false, file => DataFiles.HasExtension(file, ".txt"));

    /// <summary>Returns the path of the list of the images of a split; null if there is none.</summary>
    private static string? FindList(DataFolder folder, string split)
    {
        var lists = ListFolder(folder);
        var exact = Path.Combine(lists, split + ".txt");
        return File.Exists(exact) ? exact
            : Directory.Exists(lists) ? Array.Find(Lists(lists), list => SplitNames.AreEqual(Path.GetFileNameWithoutExtension(list), split))
            : null;
    }

    /// <summary>Returns the folder that has only the annotation files; null if they are elsewhere.</summary>
    private static string? AnnotationFolder(DataFolder folder, DatasetOptions options)
    {
        var annotations = options.LabelsDirectory ?? folder.Find("Annotations", "annots", "xmls");
        if (annotations is null || !Directory.Exists(annotations) || !DataFiles.Any(annotations, "*.xml"))
            return null;
        // COCO and CVAT use a folder of this name, too, but not VOC's spelling.
        return Path.GetFileName(annotations) == "Annotations" || DataFiles.List(annotations, recursive: false, file => DataFiles.HasExtension(file, ".xml")).Any(file => XmlRoot.Read(file) == VocFile.RootElement)
            ? annotations
            : null;
    }

    private static string[] ImageFolders(DataFolder folder)
    {
        var named = ImageFolderNames.Select(name => folder.Find(name)).OfType<string>().Distinct().ToArray();
        return [.. named.Length > 0 ? named : [Path.Combine(folder.Path, ImageFolderNames[0])], folder.Path];
    }

    /// <summary>Returns the annotation files that a split's list names, in the order of the list.</summary>
    private static List<VocFile> Select(string list, VocFile[] files, ProblemLog log)
    {
        var byStem = new Dictionary<string, VocFile>();
        foreach (var file in files)
            byStem.TryAdd(file.Stem, file);
        var taken = new HashSet<string>();
        var selected = new List<VocFile>();
        var lines = DataFiles.ReadLines(list);
        for (var i = 0; i < lines.Length; i++)
        {
            var name = lines[i].Trim();
            if (name.Length == 0)
                continue;
            if (FindName(name, byStem) is not { } found)
                log.AddError(list, $"line {i + 1}", $"\"{name}\" has no XML file");
            else if (!taken.Add(found.Stem))
                log.AddError(list, $"line {i + 1}", $"\"{found.Stem}\" is listed twice");
            else
                selected.Add(found);
        }

        return selected;
    }

    /// <summary>
    /// Finds the annotation file that a line of a split's list names; null if there is none. A line is a name, a name with extension, or,
    /// in the lists of single classes, a name followed by 1, 0 or -1.
    /// </summary>
    private static VocFile? FindName(string line, Dictionary<string, VocFile> byStem)
    {
        if (byStem.TryGetValue(line, out var file) || byStem.TryGetValue(Path.GetFileNameWithoutExtension(line), out file))
            return file;
        var end = line.AsSpan().LastIndexOfAny(' ', '\t');
        return end > 0 && byStem.TryGetValue(line[..end].Trim(), out file) ? file : null;
    }
}
