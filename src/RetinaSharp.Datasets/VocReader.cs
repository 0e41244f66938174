using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets;

/// <summary>Reads Pascal VOC datasets: one XML file per image, and a text file per split that lists its images.</summary>
internal static class VocReader
{
    private const string DefaultSplit = "trainval";

    public static bool Recognizes(string folder)
    {
        var annotations = AnnotationFolder(folder);
        return Directory.Exists(annotations) && DataFiles.Any(annotations, "*.xml");
    }

    public static DetectionDataset Read(string source, string folder, string? split, DatasetOptions options, ProblemLog log)
    {
        var paths = DataFiles.List(AnnotationFolder(folder), recursive: false, file => DataFiles.HasExtension(file, ".xml"));
        var files = ParallelRead.Select(paths, log, VocFile.Read).Where(file => file is not null).ToArray();
        var categories = files.SelectMany(file => file.Objects).Select(item => item.Name).Distinct()
            .Order(StringComparer.Ordinal).Select((name, i) => new Category(i + 1, name)).ToArray();
        var indexOfCategory = categories.Select((category, i) => (category.Name, i)).ToDictionary(pair => pair.Name, pair => pair.i);

        var imageFolder = options.ImagesDirectory ?? Path.Combine(folder, "JPEGImages");
        var finder = new VocImageFinder(imageFolder);
        var images = new List<AnnotatedImage>();
        long annotationId = 0;
        foreach (var file in Select(folder, split, files, log))
        {
            var image = finder.Find(file, log);
            if (!TrySize(file, image, log, out var width, out var height))
                continue;
            var annotations = new List<Annotation>(file.Objects.Count);
            foreach (var item in file.Objects)
            {
                // The corners are used as written: the file does not tell whether its tool counts pixels from 1 or includes the last pixel.
                var box = new BoxXywh(item.XMin, item.YMin, item.XMax - item.XMin, item.YMax - item.YMin);
                var fault = BoxCheck.Find(box, width, height);
                if (fault != BoxFault.None
                    && !BoxCheck.Keep(fault, box, width, height, file.FullPath, $"line {item.Line}, object {item.Index}", options.KeepDegenerate, log))
                    continue;
                annotations.Add(new() { Id = ++annotationId, Category = indexOfCategory[item.Name], Box = box, Area = box.Area, IsDifficult = item.IsDifficult });
            }

            images.Add(new()
            {
                Id = images.Count + 1,
                FileName = Path.GetFileName(image),
                Path = image,
                Width = width,
                Height = height,
                Annotations = annotations,
            });
        }

        if (options.RequireImages)
            ImageFiles.RequireAll(images, folder, [imageFolder], log);
        return new() { Source = source, Categories = categories, Images = images, Problems = log.Problems };
    }

    private static bool TrySize(VocFile file, string image, ProblemLog log, out int width, out int height)
    {
        (width, height) = (file.Width, file.Height);
        if ((width > 0 && height > 0) || !File.Exists(image))
            return true;
        if (!ImageFiles.TryReadHeader(image, log, out var header))
            return false;
        log.AddWarning(file.FullPath, "size", $"{width} x {height} is not a valid size: using {header.OrientedWidth} x {header.OrientedHeight} from the image file");
        (width, height) = (header.OrientedWidth, header.OrientedHeight);
        return true;
    }

    /// <summary>
    /// Returns the annotation files of a split, in the order of <c>ImageSets/Main/SPLIT.txt</c>. Without a split, the default is trainval,
    /// or all files if that does not exist.
    /// </summary>
    private static IEnumerable<VocFile> Select(string folder, string? split, VocFile[] files, ProblemLog log)
    {
        var lists = Path.Combine(folder, "ImageSets", "Main");
        var list = Path.Combine(lists, (split ?? DefaultSplit) + ".txt");
        if (!File.Exists(list))
        {
            if (split is null)
                return files;
            var available = Directory.Exists(lists)
                ? string.Join(", ", DataFiles.List(lists, recursive: false, file => DataFiles.HasExtension(file, ".txt")).Take(8).Select(Path.GetFileNameWithoutExtension))
                : "none";
            throw new DatasetException(list, "", $"the split does not exist; available splits: {available}");
        }

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
                log.AddError(list, $"line {i + 1}", $"\"{name}\" has no XML file in {AnnotationFolder(folder)}");
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

    private static string AnnotationFolder(string folder) => Path.Combine(folder, "Annotations");
}
