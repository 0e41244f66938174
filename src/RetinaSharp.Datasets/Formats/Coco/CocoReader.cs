using System.Globalization;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Reads COCO datasets: one JSON file per split, or one for several splits whose images are in a folder per split.</summary>
internal sealed class CocoReader : IDatasetReader
{
    private const string AnnotationFolder = "annotations";

    /// <summary>Maximum number of images whose files are looked for to find the image folder.</summary>
    private const int Probes = 16;

    /// <summary>Upper bound of the area ranges of pycocotools, in square pixels.</summary>
    private const double MaxArea = 1e10;

    public string Name => "COCO";

    public bool Reads(string file) => DataFiles.HasExtension(file, ".json") && JsonSniffer.GetKind(file) is JsonKind.Coco or JsonKind.Other;

    public bool Reads(DataFolder folder, DatasetOptions options) => AnnotationFiles(folder).Length > 0;

    public SplitList FindSplits(string file, DatasetOptions options)
    {
        var log = new ProblemLog(collectsErrors: true);
        using var json = CocoJson.Open(file, log);
        var images = UniqueImages(file, CocoParser.Parse(json, options).Images, [], options, log);
        var paths = FindImages(file, images, [.. ImageFolders(file, split: null, options)], options, log);
        return SplitList.Find(name => IsOfSplit(file, name) || images.Zip(paths).Any(image => IsOfSplit(image.First.FileName, image.Second, name)));
    }

    public SplitList FindSplits(DataFolder folder, DatasetOptions options)
    {
        var files = AnnotationFiles(folder);
        return files is [var only] ? FindSplits(only, options) : SplitList.Find(name => FilesOfSplit(folder, files, name).Length > 0, canReadAll: false);
    }

    public DetectionDataset ReadFolder(string source, DataFolder folder, string? split, DatasetOptions options, ProblemLog log) =>
        ReadFile(source, FindFile(folder, split), split, options, log);

    public DetectionDataset ReadFile(string source, string file, string? split, DatasetOptions options, ProblemLog log)
    {
        using var json = CocoJson.Open(file, log);
        var parsed = CocoParser.Parse(json, options);
        var categories = SortCategories(file, parsed.Categories, log);
        var indexOfImage = new Dictionary<long, int>();
        var images = UniqueImages(file, parsed.Images, indexOfImage, options, log);
        var folders = ImageFolders(file, split, options).ToList();
        var paths = FindImages(file, images, folders, options, log);

        // Image sizes first: checking a box requires the size of its image.
        ParallelRead.Select(Enumerable.Range(0, images.Count).Where(i => images[i].Width == 0 || images[i].Height == 0).ToArray(), log, (i, itemLog) =>
        {
            if (File.Exists(paths[i]) && ImageFiles.TryReadHeader(paths[i], itemLog, out var header))
                images[i] = images[i] with { Width = header.OrientedWidth, Height = header.OrientedHeight };
            return true;
        });

        var annotations = ReadAnnotations(json, parsed, images, indexOfImage, categories, options, log);
        parsed.Summarize(log);
        var result = images.Select((image, i) => new AnnotatedImage
        {
            Id = image.Id,
            FileName = image.FileName,
            Path = paths[i],
            Width = image.Width,
            Height = image.Height,
            Annotations = annotations[i],
        }).ToArray();
        result = Select(result, file, split);
        if (result.Length == 0)
            log.AddWarning(file, "images", "the list is empty");
        if (options.RequireImages)
            ImageFiles.RequireAll(result, file, folders, log);
        return new()
        {
            Source = source,
            Categories = categories,
            Images = result,
            ImageIds = parsed.ImageIds,
            CategoryIds = parsed.CategoryIds,
            GroupCategory = parsed.GroupCategory,
            Problems = log.Problems,
        };
    }

    /// <summary>Returns the annotation file of a split in a folder. If <paramref name="split"/> is null, there must be only one.</summary>
    private static string FindFile(DataFolder folder, string? split)
    {
        var files = AnnotationFiles(folder);
        if (split is null)
        {
            return files.Length == 1 ? files[0] : throw new DatasetException(folder.Path, "",
                $"has several annotation files: append #SPLIT to the path, or give the path of one of {Names(folder.Path, files)}");
        }

        var found = FilesOfSplit(folder, files, split);
        // Other tasks of COCO have files of their own.
        if (found.Length > 1 && found.Where(file => Path.GetFileName(file).StartsWith("instances_", StringComparison.Ordinal)).ToArray() is { Length: > 0 } instances)
            found = instances;
        if (found.Length > 1 && found.Where(file => Path.GetFileNameWithoutExtension(file).EndsWith(split, StringComparison.Ordinal)).ToArray() is [var exact])
            found = [exact];
        if (found.Length == 1 || (found.Length == 0 && files.Length == 1))
            return found.FirstOrDefault(files[0]);
        throw new DatasetException(folder.Path, "", found.Length == 0
            ? $"has no annotations/instances_{split}.json; it has {Names(folder.Path, files)}"
            : $"has several annotation files of the split {split}: give the path of one of {Names(folder.Path, found)}");
    }

    /// <summary>Returns the annotation files whose name, or else whose folder, has the name of a split.</summary>
    private static string[] FilesOfSplit(DataFolder folder, string[] files, string split)
    {
        var found = Array.FindAll(files, file => SplitNames.IsInStem(Path.GetFileNameWithoutExtension(file), split));
        return found.Length > 0 ? found : Array.FindAll(files, file => SplitNames.IsInFolders(Path.GetRelativePath(folder.Path, file), split));
    }

    /// <summary>
    /// Returns the images of a split. These are all images if <paramref name="split"/> is null, or if the name of the annotation file or of a folder of its
    /// path contains the name of the split; otherwise those in a folder that is named after the split.
    /// </summary>
    private static AnnotatedImage[] Select(AnnotatedImage[] images, string file, string? split)
    {
        if (split is null || IsOfSplit(file, split))
            return images;
        var found = Array.FindAll(images, image => IsOfSplit(image.FileName, image.Path, split));
        return found.Length > 0
            ? found
            : throw new DatasetException(file, "", $"has no split \"{split}\": neither its name nor a folder of its images says so; leave #{split} out to use all its images");
    }

    /// <summary>Returns whether the name of an annotation file, or a folder of its path, has the name of a split.</summary>
    private static bool IsOfSplit(string file, string split) =>
        SplitNames.IsInStem(Path.GetFileNameWithoutExtension(file), split) || SplitNames.IsInFolders(Path.GetFullPath(file), split);

    /// <summary>Returns whether an image is in a folder with the name of a split.</summary>
    private static bool IsOfSplit(string fileName, string path, string split) => SplitNames.IsInFolders(fileName, split) || SplitNames.IsInFolders(path, split);

    private static string[] FindImages(string file, List<CocoImage> images, List<string> folders, DatasetOptions options, ProblemLog log)
    {
        var folder = options.FindImages ? FindFolder(folders, images) : folders[0];
        var annotationFolder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        string[] searched = options.ImagesDirectory is { } given ? [given]
            : Path.GetFileName(annotationFolder).Equals(AnnotationFolder, StringComparison.OrdinalIgnoreCase) && Path.GetDirectoryName(annotationFolder) is { } parent ? [parent]
            : [annotationFolder];
        var resolver = new ImageResolver(file, [folder, .. folders.Where(other => other != folder)], searched);
        var paths = images.Select(image => DataFiles.Resolve(folder, image.FileName, file, image.Location)).ToArray();
        if (!options.FindImages)
            return paths;
        for (var i = 0; i < paths.Length; i++)
            if (images[i].FileName.Length > 0 && !File.Exists(paths[i]))
                paths[i] = resolver.Resolve(images[i].FileName, images[i].Location);
        resolver.Report(log);
        return paths;
    }

    /// <summary>Reads the annotations and assigns them to the images. Returns the annotations of each image.</summary>
    private static Annotation[][] ReadAnnotations(CocoJson json, CocoParser parser, List<CocoImage> images, Dictionary<long, int> indexOfImage, Category[] categories,
        DatasetOptions options, ProblemLog log)
    {
        var indexOfCategory = new Dictionary<long, int>();
        for (var i = 0; i < categories.Length; i++)
            indexOfCategory.TryAdd(categories[i].Id, i);

        var (all, imageOf, counts) = (new List<Annotation>(), new List<int>(), new int[images.Count]);
        parser.ReadAnnotations(annotation =>
        {
            if (!indexOfImage.TryGetValue(annotation.ImageId, out var index))
            {
                Fail(json, annotation, $"image_id {annotation.ImageId} is not among the images", log);
                return;
            }

            if (!indexOfCategory.TryGetValue(annotation.CategoryId, out var category))
            {
                Fail(json, annotation, $"category_id {annotation.CategoryId} is not among the categories", log);
                return;
            }

            var (box, image) = (annotation.Box, images[index]);
            var fault = BoxCheck.Find(box, image.Width, image.Height);
            if (fault != BoxFault.None
                && !BoxCheck.Keep(fault, box, image.Width, image.Height, json.Name,
                    $"annotation {annotation.Id} of image {image.Id}", options.KeepDegenerate, log))
                return;
            all.Add(new()
            {
                Id = annotation.Id,
                Category = category,
                Box = box,
                Area = annotation.Area,
                IsCrowd = annotation.IsCrowd,
                IsDifficult = annotation.IsDifficult,
            });
            imageOf.Add(index);
            counts[index]++;
        });

        ReportRepeatedIds(json, all, log);
        ReportAreas(json, all, log);
        var annotations = new Annotation[images.Count][];
        for (var i = 0; i < annotations.Length; i++)
            annotations[i] = counts[i] == 0 ? [] : new Annotation[counts[i]];
        for (var i = all.Count - 1; i >= 0; i--)
            annotations[imageOf[i]][--counts[imageOf[i]]] = all[i];
        return annotations;
    }

    private static void ReportRepeatedIds(CocoJson json, List<Annotation> annotations, ProblemLog log)
    {
        var ids = annotations.Select(annotation => annotation.Id).ToArray();
        Array.Sort(ids);
        var repeated = 0;
        for (var i = 1; i < ids.Length; i++)
            repeated += ids[i] == ids[i - 1] ? 1 : 0;
        if (repeated > 0)
            log.AddWarning(json.Name, "annotations", $"{repeated} annotations have a duplicate id: pycocotools would evaluate the last annotation of each id in place of the others, so its metrics would differ");
    }

    /// <summary>Warns of areas that are in none of the area ranges of the metrics. Crowds are ignored in any case.</summary>
    private static void ReportAreas(CocoJson json, List<Annotation> annotations, ProblemLog log)
    {
        var outside = annotations.Count(annotation => annotation is { IsCrowd: false, Area: < 0 or > MaxArea });
        if (outside > 0)
            log.AddWarning(json.Name, "annotations", $"{outside} annotations have an area below 0 or above 1e10: evaluation ignores them, as pycocotools does; correct the area, or leave it out to use that of the box");
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
        // instances_train2017.json belongs to train2017/, also if the split is given as "train".
        var stem = Path.GetFileNameWithoutExtension(path);
        string[] names = [.. new[] { stem[(stem.LastIndexOf('_') + 1)..], split }.OfType<string>().Distinct()];
        if (options.ImagesDirectory is { } given)
            return [given, .. names.Select(name => Path.Combine(given, name))];
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var parent = Path.GetDirectoryName(folder) ?? folder;
        return new[]
        {
            [folder],
            names.Select(name => Path.Combine(folder, name)),
            names.Select(name => Path.Combine(folder, "images", name)),
            [Path.Combine(folder, "images")],
            names.Select(name => Path.Combine(parent, "images", name)),
            names.Select(name => Path.Combine(parent, name)),
            [Path.Combine(parent, "images")],
        }.SelectMany(folders => folders).Distinct();
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

    /// <summary>Returns the annotation files in <c>annotations/</c>; if there are none, all in the folder and its subfolders.</summary>
    private static string[] AnnotationFiles(DataFolder folder)
    {
        var annotations = folder.Find(AnnotationFolder);
        var usual = annotations is null ? [] : DataFiles.List(annotations, recursive: false, file => DataFiles.HasExtension(file, ".json"));
        return usual.Length > 0 && usual.Any(file => JsonSniffer.GetKind(file) == JsonKind.Coco)
            ? usual
            : [.. folder.WithExtension(".json").Where(file => JsonSniffer.GetKind(file) == JsonKind.Coco)];
    }

    private static string Names(string folder, string[] files) =>
        string.Join(", ", files.Take(8).Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')))
        + (files.Length > 8 ? string.Create(CultureInfo.InvariantCulture, $" and {files.Length - 8} more") : "");
}
