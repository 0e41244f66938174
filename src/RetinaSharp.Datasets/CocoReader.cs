using System.Globalization;

namespace RetinaSharp.Datasets;

/// <summary>COCO: one JSON file for all images of a split.</summary>
internal static class CocoReader
{
    private const string AnnotationFolder = "annotations";

    /// <summary>How many images are looked for to find their folder.</summary>
    private const int Probes = 16;

    public static bool Recognizes(string folder) => JsonFiles(folder).Length > 0;

    /// <summary>The file of a split in a folder of COCO layout.</summary>
    public static string FindFile(string folder, string? split)
    {
        var files = JsonFiles(folder);
        var found = split is null ? files : [.. files.Where(file => IsOfSplit(Path.GetFileNameWithoutExtension(file), split))];
        if (found.Length > 1 && split is not null)
            found = [.. found.Where(file => Path.GetFileNameWithoutExtension(file) == "instances_" + split)];
        if (found.Length == 1)
            return found[0];
        throw new DatasetException(folder, "", split is null
            ? $"has several annotation files: add #SPLIT, or name one of {Names(files)}"
            : $"has no annotations/instances_{split}.json, but {Names(files)}");
    }

    public static DetectionDataset Read(string source, string path, string? split, DatasetOptions options, ProblemLog log)
    {
        var json = CocoJson.Load(path, log);
        var parsed = CocoParser.Parse(json, options);
        var categories = SortCategories(path, parsed.Categories, log);
        var places = new Dictionary<long, int>();
        var images = UniqueImages(path, parsed.Images, places, options, log);
        var folders = ImageFolders(path, split, options).ToList();
        var folder = FindFolder(folders, images);
        var paths = images.ConvertAll(image => DataFiles.Resolve(folder, image.FileName, path, image.Place));

        // Sizes first: the check of a box needs the size of its image.
        for (var i = 0; i < images.Count; i++)
        {
            if ((images[i].Width == 0 || images[i].Height == 0) && File.Exists(paths[i]) && ImageFiles.TryReadHeader(paths[i], log, out var header))
                images[i] = images[i] with { Width = header.OrientedWidth, Height = header.OrientedHeight };
        }

        var annotations = Distribute(json, parsed.Annotations, images, places, categories, options, log);
        var result = images.Select((image, i) => new AnnotatedImage
        {
            Id = image.Id,
            FileName = image.FileName,
            Path = paths[i],
            Width = image.Width,
            Height = image.Height,
            Annotations = annotations[i]?.ToArray() ?? [],
        }).ToArray();
        if (result.Length == 0)
            log.Warn(path, "images", "there are no images");
        if (options.RequireImages)
            ImageFiles.RequireAll(result, path, folders, log);
        return new() { Source = source, Categories = categories, Images = result, Problems = log.Problems };
    }

    private static List<Annotation>?[] Distribute(CocoJson json, List<CocoAnnotation> annotations, List<CocoImage> images,
        Dictionary<long, int> places, Category[] categories, DatasetOptions options, ProblemLog log)
    {
        var indices = new Dictionary<long, int>();
        for (var i = 0; i < categories.Length; i++)
            indices.TryAdd(categories[i].Id, i);

        var lists = new List<Annotation>?[images.Count];
        var ids = new HashSet<long>(annotations.Count);
        var repeated = 0;
        foreach (var annotation in annotations)
        {
            if (!places.TryGetValue(annotation.ImageId, out var place))
            {
                Fail(json, annotation, $"image_id {annotation.ImageId} is not among the images", log);
                continue;
            }

            if (!indices.TryGetValue(annotation.CategoryId, out var category))
            {
                Fail(json, annotation, $"category_id {annotation.CategoryId} is not among the categories", log);
                continue;
            }

            var (box, image) = (annotation.Box, images[place]);
            var fault = BoxCheck.Find(box, image.Width, image.Height);
            if (fault != BoxFault.None
                && !BoxCheck.Keep(fault, box, image.Width, image.Height, json.Name,
                    $"annotation {annotation.Id} of image {image.Id}", options.KeepDegenerate, log))
                continue;
            if (!ids.Add(annotation.Id))
                repeated++;
            (lists[place] ??= []).Add(new()
            {
                Id = annotation.Id,
                Category = category,
                Box = box,
                Area = annotation.Area,
                IsCrowd = annotation.IsCrowd,
                IsDifficult = annotation.IsDifficult,
            });
        }

        if (repeated > 0)
            log.Warn(json.Name, "annotations", $"{repeated} annotations have an id that another one has");
        return lists;
    }

    private static void Fail(CocoJson json, in CocoAnnotation annotation, string reason, ProblemLog log) =>
        log.Fail(json.Name, $"{json.Place(annotation.Offset)}, annotations[{annotation.Index}], annotation {annotation.Id} of image {annotation.ImageId}", reason);

    /// <summary>The categories by ascending id, which is also pycocotools' order.</summary>
    private static Category[] SortCategories(string path, List<Category> categories, ProblemLog log)
    {
        var sorted = categories.OrderBy(category => category.Id).ToArray();
        var names = new HashSet<string>();
        for (var i = 0; i < sorted.Length; i++)
        {
            if (i > 0 && sorted[i].Id == sorted[i - 1].Id)
                log.Fail(path, "categories", $"category id {sorted[i].Id} stands there twice (\"{sorted[i - 1].Name}\", \"{sorted[i].Name}\")");
            else if (!names.Add(sorted[i].Name))
                log.Warn(path, "categories", $"two categories are named \"{sorted[i].Name}\"");
        }

        return sorted;
    }

    private static List<CocoImage> UniqueImages(string path, List<CocoImage> images, Dictionary<long, int> places, DatasetOptions options, ProblemLog log)
    {
        var unique = new List<CocoImage>(images.Count);
        var names = new HashSet<string>(images.Count);
        foreach (var image in images)
        {
            if (!places.TryAdd(image.Id, unique.Count))
            {
                log.Fail(path, image.Place, "another image has this id");
                continue;
            }

            unique.Add(image);
            if (!names.Add(image.FileName) && options.RequireImages)
                log.Fail(path, image.Place, $"\"{image.FileName}\" is the file of another image too");
        }

        return unique;
    }

    /// <summary>Where the images can be, in the order in which they are looked for.</summary>
    private static IEnumerable<string> ImageFolders(string path, string? split, DatasetOptions options)
    {
        var stem = Path.GetFileNameWithoutExtension(path);
        split ??= stem[(stem.LastIndexOf('_') + 1)..];
        if (options.ImagesDirectory is { } given)
            return [given, Path.Combine(given, split)];
        var here = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var above = Path.GetDirectoryName(here) ?? here;
        return new[]
        {
            here,
            Path.Combine(here, split),
            Path.Combine(here, "images", split),
            Path.Combine(here, "images"),
            Path.Combine(above, "images", split),
            Path.Combine(above, split),
            Path.Combine(above, "images"),
        }.Distinct();
    }

    private static string FindFolder(List<string> folders, List<CocoImage> images)
    {
        foreach (var image in images.Take(Probes))
        {
            if (folders.Find(folder => image.FileName.Length > 0 && File.Exists(Path.Combine(folder, image.FileName))) is { } found)
                return found;
        }

        return folders[0];
    }

    private static string[] JsonFiles(string folder)
    {
        var annotations = Path.Combine(folder, AnnotationFolder);
        return Directory.Exists(annotations) ? DataFiles.List(annotations, deep: false, file => DataFiles.HasExtension(file, ".json")) : [];
    }

    private static bool IsOfSplit(string stem, string split) => stem == split || stem.EndsWith("_" + split, StringComparison.Ordinal);

    private static string Names(string[] files) =>
        string.Join(", ", files.Take(8).Select(Path.GetFileName)) + (files.Length > 8 ? string.Create(CultureInfo.InvariantCulture, $" and {files.Length - 8} more") : "");
}
