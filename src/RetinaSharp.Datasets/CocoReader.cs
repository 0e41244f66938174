using System.Globalization;

namespace RetinaSharp.Datasets;

/// <summary>Reads COCO datasets: one JSON file per split.</summary>
internal static class CocoReader
{
    private const string AnnotationFolder = "annotations";

    /// <summary>Maximum number of images whose files are looked for to find the image folder.</summary>
    private const int Probes = 16;

    public static bool Recognizes(string folder) => JsonFiles(folder).Length > 0;

    /// <summary>
    /// Returns the path of a split's annotation file in a folder with COCO layout. If <paramref name="split"/> is null, there must be only
    /// one.
    /// </summary>
    public static string FindFile(string folder, string? split)
    {
        var files = JsonFiles(folder);
        var found = split is null ? files : [.. files.Where(file => IsOfSplit(Path.GetFileNameWithoutExtension(file), split))];
        if (found.Length > 1 && split is not null)
            found = [.. found.Where(file => Path.GetFileNameWithoutExtension(file) == "instances_" + split)];
        if (found.Length == 1)
            return found[0];
        throw new DatasetException(folder, "", split is null
            ? $"has several annotation files: append #SPLIT to the path, or give the path of one of {Names(files)}"
            : $"has no annotations/instances_{split}.json; it has {Names(files)}");
    }

    public static DetectionDataset Read(string source, string path, string? split, DatasetOptions options, ProblemLog log)
    {
        var json = CocoJson.Load(path, log);
        var parsed = CocoParser.Parse(json, options);
        var categories = SortCategories(path, parsed.Categories, log);
        var indexOfImage = new Dictionary<long, int>();
        var images = UniqueImages(path, parsed.Images, indexOfImage, options, log);
        var folders = ImageFolders(path, split, options).ToList();
        var folder = FindFolder(folders, images);
        var paths = images.ConvertAll(image => DataFiles.Resolve(folder, image.FileName, path, image.Location));

        // Image sizes first: checking a box requires the size of its image.
        for (var i = 0; i < images.Count; i++)
        {
            if ((images[i].Width == 0 || images[i].Height == 0) && File.Exists(paths[i]) && ImageFiles.TryReadHeader(paths[i], log, out var header))
                images[i] = images[i] with { Width = header.OrientedWidth, Height = header.OrientedHeight };
        }

        var annotations = Distribute(json, parsed.Annotations, images, indexOfImage, categories, options, log);
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
            log.AddWarning(path, "images", "the list is empty");
        if (options.RequireImages)
            ImageFiles.RequireAll(result, path, folders, log);
        return new() { Source = source, Categories = categories, Images = result, Problems = log.Problems };
    }

    private static List<Annotation>?[] Distribute(CocoJson json, List<CocoAnnotation> annotations, List<CocoImage> images,
        Dictionary<long, int> indexOfImage, Category[] categories, DatasetOptions options, ProblemLog log)
    {
        var indexOfCategory = new Dictionary<long, int>();
        for (var i = 0; i < categories.Length; i++)
            indexOfCategory.TryAdd(categories[i].Id, i);

        var lists = new List<Annotation>?[images.Count];
        var ids = new HashSet<long>(annotations.Count);
        var repeated = 0;
        foreach (var annotation in annotations)
        {
            if (!indexOfImage.TryGetValue(annotation.ImageId, out var index))
            {
                Fail(json, annotation, $"image_id {annotation.ImageId} is not among the images", log);
                continue;
            }

            if (!indexOfCategory.TryGetValue(annotation.CategoryId, out var category))
            {
                Fail(json, annotation, $"category_id {annotation.CategoryId} is not among the categories", log);
                continue;
            }

            var (box, image) = (annotation.Box, images[index]);
            var fault = BoxCheck.Find(box, image.Width, image.Height);
            if (fault != BoxFault.None
                && !BoxCheck.Keep(fault, box, image.Width, image.Height, json.Name,
                    $"annotation {annotation.Id} of image {image.Id}", options.KeepDegenerate, log))
                continue;
            if (!ids.Add(annotation.Id))
                repeated++;
            (lists[index] ??= []).Add(new()
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
            log.AddWarning(json.Name, "annotations", $"{repeated} annotations have a duplicate id");
        return lists;
    }

    private static void Fail(CocoJson json, in CocoAnnotation annotation, string reason, ProblemLog log) =>
        log.AddError(json.Name, $"{json.Locate(annotation.Offset)}, annotations[{annotation.Index}], annotation {annotation.Id} of image {annotation.ImageId}", reason);

    /// <summary>Sorts the categories by ascending id, as pycocotools does.</summary>
    private static Category[] SortCategories(string path, List<Category> categories, ProblemLog log)
    {
        var sorted = categories.OrderBy(category => category.Id).ToArray();
        var names = new HashSet<string>();
        for (var i = 0; i < sorted.Length; i++)
        {
            if (i > 0 && sorted[i].Id == sorted[i - 1].Id)
                log.AddError(path, "categories", $"category id {sorted[i].Id} is used twice (\"{sorted[i - 1].Name}\", \"{sorted[i].Name}\")");
            else if (!names.Add(sorted[i].Name))
                log.AddWarning(path, "categories", $"two categories have the name \"{sorted[i].Name}\"");
        }

        return sorted;
    }

    private static List<CocoImage> UniqueImages(string path, List<CocoImage> images, Dictionary<long, int> indexOfImage, DatasetOptions options, ProblemLog log)
    {
        var unique = new List<CocoImage>(images.Count);
        var names = new HashSet<string>(images.Count);
        foreach (var image in images)
        {
            if (!indexOfImage.TryAdd(image.Id, unique.Count))
            {
                log.AddError(path, image.Location, "duplicate image id");
                continue;
            }

            unique.Add(image);
            if (!names.Add(image.FileName) && options.RequireImages)
                log.AddError(path, image.Location, $"another image has the file name \"{image.FileName}\" too");
        }

        return unique;
    }

    /// <summary>Returns the folders that may contain the images, in search order.</summary>
    private static IEnumerable<string> ImageFolders(string path, string? split, DatasetOptions options)
    {
        var stem = Path.GetFileNameWithoutExtension(path);
        split ??= stem[(stem.LastIndexOf('_') + 1)..];
        if (options.ImagesDirectory is { } given)
            return [given, Path.Combine(given, split)];
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var parent = Path.GetDirectoryName(folder) ?? folder;
        return new[]
        {
            folder,
            Path.Combine(folder, split),
            Path.Combine(folder, "images", split),
            Path.Combine(folder, "images"),
            Path.Combine(parent, "images", split),
            Path.Combine(parent, split),
            Path.Combine(parent, "images"),
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
        return Directory.Exists(annotations) ? DataFiles.List(annotations, recursive: false, file => DataFiles.HasExtension(file, ".json")) : [];
    }

    private static bool IsOfSplit(string stem, string split) => stem == split || stem.EndsWith("_" + split, StringComparison.Ordinal);

    private static string Names(string[] files) =>
        string.Join(", ", files.Take(8).Select(Path.GetFileName)) + (files.Length > 8 ? string.Create(CultureInfo.InvariantCulture, $" and {files.Length - 8} more") : "");
}
