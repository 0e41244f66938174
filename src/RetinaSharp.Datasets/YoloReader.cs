using System.Globalization;
using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets;

/// <summary>
/// Reads YOLO datasets, which have one label file per image. A dataset is described by a <c>data.yaml</c>, or only by its folders
/// <c>images/</c> and <c>labels/</c>.
/// </summary>
internal static class YoloReader
{
    /// <summary>
    /// Maximum number of classes, more than any real dataset has. The limit keeps an invalid number from allocating huge lists.
    /// </summary>
    public const int MaxClasses = 100_000;

    private const string ClassFile = "classes.txt";

    public static bool Recognizes(string folder) =>
        Directory.Exists(Path.Combine(folder, "images")) && Directory.Exists(Path.Combine(folder, "labels"));

    public static string? FindYaml(string folder) =>
        new[] { "data.yaml", "data.yml" }.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    public static string[] NumberedClasses(int count) =>
        [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"class {i}"))];

    public static DetectionDataset ReadYaml(string source, string yaml, string? split, DatasetOptions options, ProblemLog log)
    {
        var config = YoloConfig.Read(yaml);
        var names = config.Names(log) ?? throw new DatasetException(yaml, "names", "there are no class names: add `names:` with a list");
        var folder = Path.GetDirectoryName(Path.GetFullPath(yaml))!;
        var root = DataFiles.Resolve(folder, config.Root, yaml, "path");
        if (!Directory.Exists(root))
            root = folder;
        var entries = config.Splits.GetValueOrDefault(split ?? "train", []);
        if (entries.Count > 0)
            return Build(source, [.. entries.Select(entry => Entry(root, entry, yaml, split ?? "train"))], root, names, options, log);
        if (Recognizes(root) && FindSplit(root, split) is { } found)
            return Build(source, [found], root, names, options, log);
        throw new DatasetException(yaml, split ?? "train", $"the split does not exist; available splits: {string.Join(", ", config.Splits.Keys)}");
    }

    public static DetectionDataset ReadFolder(string source, string folder, string? split, DatasetOptions options, ProblemLog log)
    {
        folder = Path.GetFullPath(folder);
        var found = FindSplit(folder, split)
            ?? throw new DatasetException(folder, "", $"there is no split \"{split}\": neither images/{split}/ nor {split}.txt exists");
        return Build(source, [found], folder, ClassNames(folder, log), options, log);
    }

    /// <summary>
    /// Returns the image folder or image list of a split, in a dataset folder with <c>images/</c>; null if neither exists. Without a split,
    /// returns <c>images/</c> itself.
    /// </summary>
    private static string? FindSplit(string folder, string? split)
    {
        var images = Path.Combine(folder, "images");
        return split is null
            ? images
            : new[] { Path.Combine(images, split), Path.Combine(folder, split + ".txt") }.FirstOrDefault(Path.Exists);
    }

    private static DetectionDataset Build(string source, string[] sources, string root, IReadOnlyList<string> names, DatasetOptions options, ProblemLog log)
    {
        var listed = YoloImages.Collect(sources, root, log);
        if (listed.Count == 0)
            throw new DatasetException(sources[0], "", "there are no images");
        RequireImages(listed, log);
        listed.RemoveAll(image => !File.Exists(image.Path));

        // Labels are fractions of the image size, so image files are required regardless of the options.
        var read = ParallelRead.Select(listed, log, (image, itemLog) =>
            (Header: ImageHeader.Read(image.Path), File: YoloLabelFile.Read(YoloImages.LabelPath(image.Path), names.Count, itemLog)));
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
                if (fault != BoxFault.None
                    && !BoxCheck.Keep(fault, box, width, height, YoloImages.LabelPath(listed[i].Path), $"line {label.Line}", options.KeepDegenerate, log))
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

        Summarize(sources[0], read.Where(item => item.File is not null).Sum(item => item.File.Polygons), listed, log);
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
    private static void Summarize(string source, int polygons, List<YoloImage> images, ProblemLog log)
    {
        if (polygons > 0)
            log.AddWarning(source, "", $"{polygons} labels are polygons: using their bounding boxes");
        if (!images.Exists(image => File.Exists(YoloImages.LabelPath(image.Path))))
            log.AddWarning(source, "", $"no image has a label file; expected for example {YoloImages.LabelPath(images[0].Path)}");

        foreach (var folder in images.Select(image => Path.GetDirectoryName(image.Path)!).Distinct())
        {
            var labels = YoloImages.ReplaceFolder(folder, "images", "labels");
            if (labels == folder || !Directory.Exists(labels))
                continue;
            var stems = DataFiles.List(folder, recursive: false, ImageFiles.IsImage).Select(Path.GetFileNameWithoutExtension).ToHashSet();
            foreach (var label in LabelFiles(labels, recursive: false).Where(label => !stems.Contains(Path.GetFileNameWithoutExtension(label))))
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
    /// Returns the class names of a folder without data.yaml: those in classes.txt, otherwise <c>class 0</c>, <c>class 1</c>, … up to the
    /// maximum class index in the labels of all splits.
    /// </summary>
    private static string[] ClassNames(string folder, ProblemLog log)
    {
        var labels = Path.Combine(folder, "labels");
        var file = new[] { folder, labels }.Select(parent => Path.Combine(parent, ClassFile)).FirstOrDefault(File.Exists);
        if (file is not null)
        {
            var names = DataFiles.ReadLines(file).Select(line => line.Trim()).Reverse().SkipWhile(line => line.Length == 0).Reverse().ToArray();
            return names.Length > 0 ? names : throw new DatasetException(file, "", "the file is empty");
        }

        var maxima = ParallelRead.Select(LabelFiles(labels, recursive: true), log, (path, own) =>
            YoloLabelFile.Read(path, MaxClasses, new ProblemLog(own.CollectsErrors)).Labels.Select(label => label.Class).DefaultIfEmpty(-1).Max());
        return NumberedClasses(maxima.DefaultIfEmpty(-1).Max() + 1);
    }

    private static string[] LabelFiles(string folder, bool recursive) =>
        DataFiles.List(folder, recursive, file => DataFiles.HasExtension(file, ".txt") && Path.GetFileName(file) != ClassFile);
}
