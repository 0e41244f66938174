using System.Globalization;
using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets;

/// <summary>YOLO: one text file of labels an image, with a <c>data.yaml</c> or by the folders alone.</summary>
internal static class YoloReader
{
    /// <summary>More classes than any data set has; a bogus number must not make a list of billions.</summary>
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
        var names = config.Names(log) ?? throw new DatasetException(yaml, "names", "there are no names of classes: add `names:` with a list");
        var folder = Path.GetDirectoryName(Path.GetFullPath(yaml))!;
        var root = DataFiles.Resolve(folder, config.Root, yaml, "path");
        if (!Directory.Exists(root))
            root = folder;
        var entries = config.Splits.GetValueOrDefault(split ?? "train", []);
        if (entries.Count > 0)
            return Build(source, [.. entries.Select(entry => Entry(root, entry, yaml, split ?? "train"))], root, names, options, log);
        if (Recognizes(root) && FindSplit(root, split) is { } found)
            return Build(source, [found], root, names, options, log);
        throw new DatasetException(yaml, split ?? "train", $"there is no such split; splits there: {string.Join(", ", config.Splits.Keys)}");
    }

    public static DetectionDataset ReadFolder(string source, string folder, string? split, DatasetOptions options, ProblemLog log)
    {
        folder = Path.GetFullPath(folder);
        var found = FindSplit(folder, split)
            ?? throw new DatasetException(folder, "", $"there is no split \"{split}\": neither images/{split}/ nor {split}.txt is there");
        return Build(source, [found], folder, ClassNames(folder, log), options, log);
    }

    /// <summary>The folder or list of a split in a folder with images/; without a split all of images/.</summary>
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

        // Labels are fractions, so the images are needed whatever the options say.
        var read = ParallelRead.Select(listed, log, (image, own) =>
            (Header: ImageHeader.Read(image.Path), File: YoloLabelFile.Read(YoloImages.LabelPath(image.Path), names.Count, own)));
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
            log.Fail(image.Origin, image.Place, $"image file {image.Path} is not there ({missing.Count} of {images.Count} are missing)");
    }

    /// <summary>What concerns the set as a whole: polygons, labels without an image, images of which none has labels.</summary>
    private static void Summarize(string source, int polygons, List<YoloImage> images, ProblemLog log)
    {
        if (polygons > 0)
            log.Warn(source, "", $"{polygons} labels are polygons: the boxes around them were taken");
        if (!images.Exists(image => File.Exists(YoloImages.LabelPath(image.Path))))
            log.Warn(source, "", $"no image has a label file; the first was expected at {YoloImages.LabelPath(images[0].Path)}");

        foreach (var folder in images.Select(image => Path.GetDirectoryName(image.Path)!).Distinct())
        {
            var labels = YoloImages.Mirror(folder, "images", "labels");
            if (labels == folder || !Directory.Exists(labels))
                continue;
            var stems = DataFiles.List(folder, deep: false, ImageFiles.IsImage).Select(Path.GetFileNameWithoutExtension).ToHashSet();
            foreach (var label in LabelFiles(labels, deep: false).Where(label => !stems.Contains(Path.GetFileNameWithoutExtension(label))))
                log.Warn(label, "", $"there is no image of this name in {folder}: the labels are not used");
        }
    }

    /// <summary>A folder or list of a data.yaml, by absolute path.</summary>
    private static string Entry(string root, string entry, string yaml, string split)
    {
        // Exported sets have ../train/images where train/ stands beside the data.yaml.
        var here = entry.StartsWith("../", StringComparison.Ordinal) ? entry[3..] : entry;
        foreach (var path in new[] { DataFiles.Resolve(root, entry, yaml, split), DataFiles.Resolve(root, here, yaml, split) })
        {
            if (Path.Exists(path))
                return path;
        }

        throw new DatasetException(yaml, split, $"{DataFiles.Resolve(root, entry, yaml, split)} is not there: mend `path` or `{split}`");
    }

    /// <summary>Classes of a folder without a data.yaml: from classes.txt, or as many as the labels of all splits use.</summary>
    private static string[] ClassNames(string folder, ProblemLog log)
    {
        var labels = Path.Combine(folder, "labels");
        var file = new[] { folder, labels }.Select(place => Path.Combine(place, ClassFile)).FirstOrDefault(File.Exists);
        if (file is not null)
        {
            var names = DataFiles.ReadLines(file).Select(line => line.Trim()).Reverse().SkipWhile(line => line.Length == 0).Reverse().ToArray();
            return names.Length > 0 ? names : throw new DatasetException(file, "", "the file is empty");
        }

        var most = ParallelRead.Select(LabelFiles(labels, deep: true), log, (path, own) =>
            YoloLabelFile.Read(path, MaxClasses, new ProblemLog(own.Collects)).Labels.Select(label => label.Class).DefaultIfEmpty(-1).Max());
        return NumberedClasses(most.DefaultIfEmpty(-1).Max() + 1);
    }

    private static string[] LabelFiles(string folder, bool deep) =>
        DataFiles.List(folder, deep, file => DataFiles.HasExtension(file, ".txt") && Path.GetFileName(file) != ClassFile);
}
