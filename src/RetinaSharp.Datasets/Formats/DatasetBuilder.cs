using RetinaSharp.Boxes;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Makes a dataset of what a reader has parsed: finds the image files, completes sizes, checks boxes, and numbers the classes.</summary>
internal static class DatasetBuilder
{
    /// <summary>Builds a dataset.</summary>
    /// <param name="source">The path that the user gave, with the split.</param>
    /// <param name="split">Name of the split; null: all images.</param>
    /// <param name="parsed">The parsed annotations of all splits, so that all splits have the same classes.</param>
    /// <param name="options">Options for reading.</param>
    /// <param name="log">Receives errors and warnings.</param>
    public static DetectionDataset Build(string source, string? split, ParsedDataset parsed, DatasetOptions options, ProblemLog log)
    {
        var names = parsed.Classes ?? [.. parsed.Images.SelectMany(image => image.Objects).Select(item => item.Class).Distinct().Order(StringComparer.Ordinal)];
        var categories = names.Select((name, i) => new Category(i + 1, name)).ToArray();
        var indexOfClass = new Dictionary<string, int>();
        for (var i = 0; i < names.Count; i++)
            indexOfClass.TryAdd(names[i], i);

        var folders = options.ImagesDirectory is { } given ? [given] : parsed.ImageFolders;
        var resolver = new ImageResolver(parsed.Path, folders);
        var selected = Select(split, parsed);
        var paths = selected.Select(image => options.FindImages ? FindImage(image, resolver) : DataFiles.Resolve(folders[0], image.FileName, parsed.Path, image.Location)).ToArray();
        resolver.Report(log);
        ReportSharedFiles(parsed, selected, paths, log);

        var sizes = ParallelRead.Select(selected.Zip(paths).ToArray(), log, (item, itemLog) => Size(parsed, item.First, item.Second, itemLog));
        var images = new List<AnnotatedImage>(selected.Count);
        long annotationId = 0;
        for (var i = 0; i < selected.Count; i++)
        {
            var (image, (width, height)) = (selected[i], sizes[i]);
            var annotations = new List<Annotation>(image.Objects.Count);
            foreach (var item in image.Objects)
            {
                var file = image.AnnotationFile ?? parsed.Path;
                if (!indexOfClass.TryGetValue(item.Class, out var category))
                {
                    log.AddError(file, item.Location, $"class \"{item.Class}\" is not in the list of classes");
                    continue;
                }

                if (item.IsNormalized && (width == 0 || height == 0))
                {
                    log.AddError(file, item.Location, "the box is given as fractions of the image, whose size is unknown: the image file is needed");
                    continue;
                }

                var (scaleX, scaleY) = item.IsNormalized ? (width, height) : (1, 1);
                var box = new BoxXywh(item.Left * scaleX, item.Top * scaleY, (item.Right - item.Left) * scaleX, (item.Bottom - item.Top) * scaleY);
                var fault = BoxCheck.Find(box, width, height);
                if (fault != BoxFault.None && !BoxCheck.Keep(fault, box, width, height, file, item.Location, options.KeepDegenerate, log))
                    continue;
                annotations.Add(new()
                {
                    Id = ++annotationId,
                    Category = category,
                    Box = box,
                    Area = box.Area,
                    IsCrowd = item.IsCrowd,
                    IsDifficult = item.IsDifficult,
                });
            }

            images.Add(new()
            {
                Id = images.Count + 1,
                FileName = ShortName(paths[i], folders),
                Path = paths[i],
                Width = width,
                Height = height,
                Annotations = annotations,
            });
        }

        if (options.RequireImages)
            ImageFiles.RequireAll(images, parsed.Path, folders, log);
        return new() { Source = source, Categories = categories, Images = images, Problems = log.Problems };
    }

    /// <summary>Returns the images of a split: those that the annotation file assigns to it, and those in a folder with its name that it assigns to none.</summary>
    public static ParsedImage[] OfSplit(string split, ParsedDataset parsed) =>
        [.. parsed.Images.Where(image => image.Split is { } own ? SplitNames.AreEqual(own, split) : SplitNames.IsInFolders(RelativePath(image, parsed.Path), split))];

    private static IReadOnlyList<ParsedImage> Select(string? split, ParsedDataset parsed)
    {
        if (split is null)
            return parsed.Images;
        var images = OfSplit(split, parsed);
        if (images.Length > 0)
            return images;
        var known = parsed.Images.Select(image => image.Split).OfType<string>().Distinct().ToArray();
        throw new DatasetException(parsed.Path, "", $"has no split \"{split}\": "
            + (known.Length > 0 ? $"available splits: {string.Join(", ", known)}" : $"no folder of this {parsed.Format} dataset has that name"));
    }

    private static string RelativePath(ParsedImage image, string root) =>
        image.AnnotationFile is { } file ? Path.GetRelativePath(Path.GetFullPath(root), Path.GetFullPath(file)) : image.FileName;

    /// <summary>
    /// Finds the image file of an annotation. If the annotation file describes one image, an image with the name of the annotation file has
    /// priority over the name in the file, because some tools write that without extension or with the name of another image.
    /// </summary>
    private static string FindImage(ParsedImage image, ImageResolver resolver)
    {
        if (image.ImagePath is { } known)
            return known;
        if (image.AnnotationFile is not { } file)
            return resolver.Resolve(image.FileName, image.Location, others: image.OtherFileNames);
        return resolver.FindFor(file)
            ?? resolver.Resolve(image.FileName.Length > 0 ? image.FileName : Path.GetFileNameWithoutExtension(file) + ".jpg", image.Location, file);
    }

    /// <summary>
    /// Warns of images whose name in the annotation file is that of another image than the one that is used, and reports two annotations of
    /// one image as an error.
    /// </summary>
    private static void ReportSharedFiles(ParsedDataset parsed, IReadOnlyList<ParsedImage> images, string[] paths, ProblemLog log)
    {
        var first = new Dictionary<string, int>(paths.Length);
        for (var i = 0; i < paths.Length; i++)
        {
            if (!first.TryAdd(paths[i], i))
                log.AddError(images[i].AnnotationFile ?? parsed.Path, images[i].Location, $"{paths[i]} is annotated twice, also by {images[first[paths[i]]].AnnotationFile ?? images[first[paths[i]]].Location}");
            if (images[i].AnnotationFile is not { } file || images[i].FileName.Length == 0)
                continue;
            var name = images[i].FileName[(images[i].FileName.LastIndexOfAny(['/', '\\']) + 1)..];
            if (Stem(name) != Stem(paths[i]) && name != Stem(paths[i]))
                log.AddWarning(file, images[i].Location, $"\"{name}\" is another image: using {Path.GetFileName(paths[i])}, which has the name of the annotation file");
            else if (Stem(paths[i]) != Stem(file))
                log.AddWarning(file, images[i].Location, $"no image has the name of the annotation file: using {Path.GetFileName(paths[i])}, which it names");
        }

        static string? Stem(string path) => Path.GetFileNameWithoutExtension(path);
    }

    private static (int Width, int Height) Size(ParsedDataset parsed, ParsedImage image, string path, ProblemLog log)
    {
        if ((image.Width > 0 && image.Height > 0) || !File.Exists(path) || !ImageFiles.TryReadHeader(path, log, out var header))
            return (image.Width, image.Height);
        if (parsed.HasSizes)
            log.AddRepeated("images without a valid size", image.AnnotationFile ?? parsed.Path, image.Location.Length > 0 ? image.Location : "size", $"{image.Width} x {image.Height} is not a valid size: using {header.OrientedWidth} x {header.OrientedHeight} from the image file");
        return (header.OrientedWidth, header.OrientedHeight);
    }

    /// <summary>Returns the path of an image relative to the folder that contains it.</summary>
    private static string ShortName(string path, IReadOnlyList<string> folders)
    {
        var names = folders.Select(folder => Path.GetRelativePath(Path.GetFullPath(folder), path)).Where(name => !name.StartsWith("..", StringComparison.Ordinal)).ToArray();
        return (names.MinBy(name => name.Length) ?? Path.GetFileName(path)).Replace('\\', '/');
    }
}
