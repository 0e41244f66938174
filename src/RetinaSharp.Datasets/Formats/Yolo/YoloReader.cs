using System.Globalization;
using System.Text;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// Reads YOLO and darknet datasets, which have one label file per image. A dataset is described by a <c>data.yaml</c> or darknet's
/// <c>obj.data</c>, or only by its folders: <c>images/</c> with <c>labels/</c>, or label files beside the images.
/// </summary>
internal sealed class YoloReader : IDatasetReader
{
    /// <summary>
    /// Maximum number of classes, more than any real dataset has. The limit keeps an invalid number from allocating huge lists.
    /// </summary>
    public const int MaxClasses = 100_000;

    private static readonly string[] ClassFiles = ["classes.txt", "obj.names", "_darknet.labels", "classes.names"];

    public string Name => "YOLO";

    public static string[] NumberedClasses(int count) =>
        [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"class {i}"))];

    public bool Reads(string file) => IsYaml(file) || DataFiles.HasExtension(file, ".data") || IsImageList(file);

    public bool Reads(DataFolder folder, DatasetOptions options) =>
        FindYaml(folder.Path) is not null || HasLabelFolder(folder, options) || FirstLabelFile(folder.Images.Select(image => YoloImages.LabelPath(image))) is not null;

    public SplitList FindSplits(string file, DatasetOptions options)
    {
        if (IsYaml(file))
        {
            var config = YoloConfig.Read(file);
            var root = Root(config, file);
            return SplitList.Find(name => HasSplit(config, root, name), HasSplit(config, root, split: null));
        }

        if (!DataFiles.HasExtension(file, ".data"))
            return SplitList.Find(name => SplitNames.IsInStem(Path.GetFileNameWithoutExtension(file), name));
        var darknet = DarknetConfig.Read(file);
        return SplitList.Find(name => darknet.FindList(name) is not null, darknet.FindList("train") is not null);
    }

    public SplitList FindSplits(DataFolder folder, DatasetOptions options) => FindYaml(folder.Path) is { } yaml
        ? FindSplits(yaml, options)
        : SplitList.Find(name => FindSplit(folder.Path, name) is not null);

    public DetectionDataset ReadFile(string source, string file, string? split, DatasetOptions options, ProblemLog log)
    {
        if (IsYaml(file))
            return ReadYaml(source, file, split, options, log);
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (!DataFiles.HasExtension(file, ".data"))
            return Build(source, [Path.GetFullPath(file)], folder, ClassNames(folder, options, log), options, log);
        var config = DarknetConfig.Read(file);
        var names = config.Names is { } path ? ReadClassFile(DarknetConfig.Find(folder, path, file, "names")) : ClassNames(folder, options, log);
        return Build(source, [DarknetConfig.Find(folder, config.GetList(split), file, split ?? "train")], folder, names, options, log);
    }

    public DetectionDataset ReadFolder(string source, DataFolder folder, string? split, DatasetOptions options, ProblemLog log)
    {
        if (FindYaml(folder.Path) is { } yaml)
            return ReadYaml(source, yaml, split, options, log);
        var root = Path.GetFullPath(folder.Path);
        var found = FindSplit(root, split)
            ?? throw new DatasetException(folder.Path, "", $"there is no split \"{split}\": neither images/{split}/ nor {split}.txt exists");
        return Build(source, [found], root, ClassNames(root, options, log), options, log);
    }

    private static DetectionDataset ReadYaml(string source, string yaml, string? split, DatasetOptions options, ProblemLog log)
    {
        var config = YoloConfig.Read(yaml);
        var names = config.Names(log) ?? throw new DatasetException(yaml, "names", "there are no class names: add `names:` with a list");
        var root = Root(config, yaml);
        var entries = config.GetEntries(split ?? "train");
        if (entries.Count > 0)
            return Build(source, [.. entries.Select(entry => Entry(root, entry, yaml, split ?? "train"))], root, names, options, log);
        if (FindUnlistedSplit(root, split) is { } found)
            return Build(source, [found], root, names, options, log);
        throw new DatasetException(yaml, split ?? "train", $"the split does not exist; available splits: {string.Join(", ", config.Splits.Keys)}");
    }

    /// <summary>Returns the folder to which the paths in data.yaml are relative.</summary>
    private static string Root(YoloConfig config, string yaml)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(yaml))!;
        var root = DataFiles.Resolve(folder, config.Root, yaml, "path");
        return Directory.Exists(root) ? root : folder;
    }

    private static bool HasSplit(YoloConfig config, string root, string? split) => config.GetEntries(split ?? "train").Count > 0 || FindUnlistedSplit(root, split) is not null;

    /// <summary>Returns the image folder or image list of a split that data.yaml does not list; null if neither exists.</summary>
    private static string? FindUnlistedSplit(string root, string? split) => DataFiles.FindFolder(root, "images") is null ? null : FindSplit(root, split);

    /// <summary>
    /// Returns the image folder or image list of a split in a dataset folder; null if neither exists. Without a split, returns the folder of all
    /// images.
    /// </summary>
    private static string? FindSplit(string folder, string? split)
    {
        var images = DataFiles.FindFolder(folder, "images") ?? folder;
        if (split is null)
            return images;
        var folders = DataFiles.Folders(images).Concat(images == folder ? [] : DataFiles.Folders(folder)).Where(path => SplitNames.AreEqual(Path.GetFileName(path), split));
        return folders.Concat(DataFiles.List(folder, recursive: false, file => DataFiles.HasExtension(file, ".txt") && SplitNames.AreEqual(Path.GetFileNameWithoutExtension(file), split)))
            .FirstOrDefault();
    }

    private static DetectionDataset Build(string source, string[] sources, string root, IReadOnlyList<string> names, DatasetOptions options, ProblemLog log)
    {
        if (options.ImagesDirectory is { } given)
            root = Path.GetFullPath(given);
        var listed = YoloImages.Collect(sources, root, log);
        if (listed.Count == 0)
            throw new DatasetException(sources[0], "", "there are no images");
        RequireImages(listed, log);
        listed.RemoveAll(image => !File.Exists(image.Path));
        var labels = listed.ConvertAll(image => YoloImages.LabelPath(image.Path, options.LabelsDirectory));

        // Labels are fractions of the image size, so image files are required regardless of the options.
        var read = ParallelRead.Select(Enumerable.Range(0, listed.Count).ToArray(), log, (i, itemLog) =>
            (Header: ImageHeader.Read(listed[i].Path), File: YoloLabelFile.Read(labels[i], names.Count, itemLog)));
        var images = new List<AnnotatedImage>(listed.Count);
        long annotationId = 0;
        for (var i = 0; i < read.Length; i++)
        {
            if (read[i].Header is not { } header)
                continue;
            var (width, height) = (header.OrientedWidth, header.OrientedHeight);
            var annotations = new List<Annotation>();
            foreach (var label in read[i].File.Labels)
            {
                var box = new BoxXywh(
                    (label.CenterX - label.Width / 2) * width, (label.CenterY - label.Height / 2) * height, label.Width * width, label.Height * height);
                var fault = BoxCheck.Find(box, width, height);
                if (fault != BoxFault.None && !BoxCheck.Keep(fault, box, width, height, labels[i], $"line {label.Line}", options.KeepDegenerate, log))
                    continue;
                annotations.Add(new() { Id = ++annotationId, Category = label.Class, Box = box, Area = box.Area });
            }

            images.Add(new()
            {
                Id = i + 1,
                FileName = listed[i].Name,
                Path = listed[i].Path,
                Width = width,
                Height = height,
                Annotations = annotations,
            });
        }

        Summarize(sources[0], read.Where(item => item.File is not null).Sum(item => item.File.Polygons), listed, labels, log);
        return new()
        {
            Source = source,
            Categories = [.. names.Select((name, i) => new Category(i, name))],
            Images = images,
            Problems = log.Problems,
        };
    }

    private static void RequireImages(List<YoloImage> images, ProblemLog log)
    {
        var missing = images.FindAll(image => !File.Exists(image.Path));
        foreach (var image in missing)
            log.AddError(image.Origin, image.Location, $"image file {image.Path} not found ({missing.Count} of {images.Count} are missing)");
    }

    /// <summary>Adds warnings about the dataset as a whole: polygons, label files without image, and no label files at all.</summary>
    private static void Summarize(string source, int polygons, List<YoloImage> images, List<string> labels, ProblemLog log)
    {
        if (polygons > 0)
            log.AddWarning(source, "", $"{polygons} labels are polygons: using their bounding boxes");
        if (!labels.Exists(File.Exists))
            log.AddWarning(source, "", $"no image has a label file; expected for example {labels.FirstOrDefault()}");

        foreach (var folder in images.Select(image => Path.GetDirectoryName(image.Path)!).Distinct())
        {
            var labelFolder = YoloImages.ReplaceFolder(folder, "images", "labels");
            if (labelFolder == folder || !Directory.Exists(labelFolder))
                continue;
            var stems = DataFiles.List(folder, recursive: false, ImageFiles.IsImage).Select(Path.GetFileNameWithoutExtension).ToHashSet();
            foreach (var label in LabelFiles(labelFolder, recursive: false).Where(label => !stems.Contains(Path.GetFileNameWithoutExtension(label))))
                log.AddWarning(label, "", $"there is no image with this name in {folder}: the labels are ignored");
        }
    }

    /// <summary>Returns the absolute path of an image folder or image list that a split in data.yaml names.</summary>
    private static string Entry(string root, string entry, string yaml, string split)
    {
        // Exported datasets often refer to ../train/images although train/ is in the same folder as data.yaml.
        var sibling = entry.StartsWith("../", StringComparison.Ordinal) ? entry[3..] : entry;
        foreach (var path in new[] { DataFiles.Resolve(root, entry, yaml, split), DataFiles.Resolve(root, sibling, yaml, split) })
        {
            if (Path.Exists(path))
                return path;
        }

        throw new DatasetException(yaml, split, $"{DataFiles.Resolve(root, entry, yaml, split)} not found: correct `path` or `{split}`");
    }

    /// <summary>
    /// Returns the class names of a folder without data.yaml: those in classes.txt or obj.names, otherwise <c>class 0</c>, <c>class 1</c>, … up to
    /// the maximum class index in the labels of all splits.
    /// </summary>
    private static string[] ClassNames(string folder, DatasetOptions options, ProblemLog log)
    {
        var labels = options.LabelsDirectory ?? DataFiles.FindFolder(folder, "labels");
        string[] places = labels is null ? [folder] : [folder, labels];
        if (ClassFiles.SelectMany(name => places.Select(place => Path.Combine(place, name))).FirstOrDefault(File.Exists) is { } file)
            return ReadClassFile(file);

        var files = labels is null
            ? DataFiles.List(folder, recursive: true, ImageFiles.IsImage).Select(image => Path.ChangeExtension(image, ".txt")).Where(File.Exists).ToArray()
            : LabelFiles(labels, recursive: true);
        var maxima = ParallelRead.Select(files, log, (path, own) =>
            YoloLabelFile.Read(path, MaxClasses, new ProblemLog(own.CollectsErrors)).Labels.Select(label => label.Class).DefaultIfEmpty(-1).Max());
        var count = maxima.DefaultIfEmpty(-1).Max() + 1;
        if (count > 0)
            log.AddWarning(folder, "", "there is no file with the names of the classes (data.yaml, classes.txt or obj.names): the classes are named by their numbers");
        return NumberedClasses(count);
    }

    private static string[] ReadClassFile(string file)
    {
        var names = DataFiles.ReadLines(file).Select(line => line.Trim()).Reverse().SkipWhile(line => line.Length == 0).Reverse().ToArray();
        return names.Length > 0 ? names : throw new DatasetException(file, "", "the file is empty");
    }

    private static string[] LabelFiles(string folder, bool recursive) =>
        DataFiles.List(folder, recursive, file => DataFiles.HasExtension(file, ".txt") && !ClassFiles.Contains(Path.GetFileName(file)));

    /// <summary>Returns <c>data.yaml</c>; if there is none, the only YAML file of the folder that names classes.</summary>
    private static string? FindYaml(string folder)
    {
        var files = DataFiles.List(folder, recursive: false, IsYaml);
        return Array.Find(files, file => Path.GetFileNameWithoutExtension(file).Equals("data", StringComparison.OrdinalIgnoreCase))
            ?? (files.Where(file => Encoding.UTF8.GetString(DataFiles.ReadStart(file, 1 << 16)) is var text && HasKey(text, "names") && HasKey(text, "train")).ToArray() is [var only] ? only : null);

        static bool HasKey(string text, string key) => text.StartsWith(key + ":", StringComparison.Ordinal) || text.Contains("\n" + key + ":", StringComparison.Ordinal);
    }

    private static bool HasLabelFolder(DataFolder folder, DatasetOptions options)
    {
        if (options.LabelsDirectory is { } given)
            return DataFiles.List(given, recursive: true, file => DataFiles.HasExtension(file, ".txt")) is { Length: > 0 } files && FirstLabelFile(files) is not null;
        if (folder.Find("images") is null || folder.Find("labels") is not { } labels)
            return false;
        var all = LabelFiles(labels, recursive: true);
        return FirstLabelFile(all) is not null || Array.TrueForAll(all, file => new FileInfo(file).Length == 0);
    }

    /// <summary>Returns the first of the files that has YOLO labels; null if the first file with content has other text.</summary>
    private static string? FirstLabelFile(IEnumerable<string> files)
    {
        foreach (var file in files.Where(file => File.Exists(file) && !ClassFiles.Contains(Path.GetFileName(file))))
        {
            var line = Encoding.UTF8.GetString(DataFiles.ReadStart(file, 4096)).TrimStart('\uFEFF').Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0);
            if (line is not null)
                return YoloLabelFile.IsLabel(line) ? file : null;
        }

        return null;
    }

    private static bool IsYaml(string file) => DataFiles.HasExtension(file, ".yaml") || DataFiles.HasExtension(file, ".yml");

    private static bool IsImageList(string file) => DataFiles.HasExtension(file, ".txt")
        && Encoding.UTF8.GetString(DataFiles.ReadStart(file, 4096)).TrimStart('\uFEFF').Split('\n')[0].Trim() is var line && ImageFiles.IsImage(line);
}
