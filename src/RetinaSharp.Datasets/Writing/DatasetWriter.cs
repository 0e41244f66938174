using RetinaSharp.Datasets.Operations;

namespace RetinaSharp.Datasets.Writing;

/// <summary>Writes datasets in any of the formats of <see cref="DatasetFormat"/>.</summary>
/// <remarks>
/// What the format can hold is kept, also boxes that <see cref="AnnotatedImage.IsDegenerate"/> is true for; what it cannot hold is counted in
/// <see cref="WrittenDataset.Losses"/>. Images keep their file names and subfolders; names that collide become unique. A dataset is written
/// under a temporary name and renamed when it is complete.
/// </remarks>
public static class DatasetWriter
{
    private static readonly IFormatWriter[] Writers =
    [
        new CocoFormatWriter(), new VocFormatWriter(), new YoloFormatWriter(), new LabelMeFormatWriter(), new CvatFormatWriter(), new CsvFormatWriter(),
    ];

    /// <summary>Writes a dataset that is not split.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="path">
    /// The folder of the dataset, which must be empty or not exist; or for COCO, CVAT and CSV a file that does not exist, with the extension
    /// <c>.json</c>, <c>.xml</c> or <c>.csv</c>: it is written alone, and names the original images.
    /// </param>
    /// <param name="format">The format.</param>
    /// <param name="options">Options for writing; the defaults if null.</param>
    /// <param name="progress">Receives the number of images copied or linked so far.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <exception cref="ArgumentException">The format cannot be written with the options, or an annotation has a class that does not exist.</exception>
    /// <exception cref="DatasetException">An image file does not exist or has an unknown size that the format needs.</exception>
    /// <exception cref="IOException">The target exists, or cannot be written.</exception>
    public static WrittenDataset Write(
        DetectionDataset dataset, string path, DatasetFormat format, DatasetWriterOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return WriteSplits([new(null, dataset)], path, format, options, progress, cancellationToken);
    }

    /// <summary>Writes the splits of a dataset. If they have different classes, the classes are joined by name.</summary>
    /// <param name="splits">The splits, with different names; the name may be null if there is only one split.</param>
    /// <param name="path">The folder of the dataset, which must be empty or not exist; or a file, see <see cref="Write"/>.</param>
    /// <param name="format">The format.</param>
    /// <param name="options">Options for writing; the defaults if null.</param>
    /// <param name="progress">Receives the number of images copied or linked so far.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <exception cref="ArgumentException">The format cannot be written with the options, or the names of the splits are invalid.</exception>
    /// <exception cref="DatasetException">An image file does not exist or has an unknown size that the format needs.</exception>
    /// <exception cref="IOException">The target exists, or cannot be written.</exception>
    public static WrittenDataset WriteSplits(
        IReadOnlyList<DatasetSplit> splits, string path, DatasetFormat format, DatasetWriterOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(splits);
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckNames(splits);
        var writer = Writers[(int)format];
        var isFile = writer.FileExtension is { } extension && Path.GetExtension(path).Equals(extension, StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path);
        if (isFile && splits.Count > 1)
            throw new ArgumentException($"{path} is one file, but the dataset has {splits.Count} splits: name a folder");
        var images = options?.Images ?? (isFile ? ImageHandling.None : ImageHandling.Copy);
        if (isFile && images != ImageHandling.None)
            throw new ArgumentException($"{path} is one file, beside which no images are written: name a folder");
        if (images == ImageHandling.None && !writer.CanNameOriginals)
            throw new ArgumentException($"{writer.Name} finds the label file of an image by the path of the image: copy or link the images");
        RequireNew(path);

        var problems = new List<DatasetProblem>();
        var prepared = Prepare(splits, path, problems);
        if (images != ImageHandling.None)
            RequireImages(prepared);
        problems.AddRange(LossReport.Find(path, writer, prepared));
        var targets = Plan(prepared, path, isFile, images == ImageHandling.None, writer);
        if (isFile)
            WriteFile(path, writer, targets[0]);
        else
            WriteFolder(path, folder => Fill(folder, targets, writer, images, progress, cancellationToken));
        return new(path, format,
            [.. prepared.Select(split => new WrittenSplit(split.Name, split.Name is null ? path : $"{path}#{split.Name}", split.Dataset.Images.Count, split.Dataset.Images.Sum(image => image.Annotations.Count)))], problems);
    }

    private static void CheckNames(IReadOnlyList<DatasetSplit> splits)
    {
        if (splits.Count == 0)
            throw new ArgumentException("there are no splits", nameof(splits));
        foreach (var name in splits.Select(split => split.Name))
        {
            if (name is null ? splits.Count > 1 : name.Length == 0 || name is "." or ".." || name.AsSpan().IndexOfAny("/\\#:\0\n") >= 0)
                throw new ArgumentException($"\"{name}\" is not a valid name of a split", nameof(splits));
        }

        if (splits.GroupBy(split => split.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"two splits have the name \"{twice.Key}\"", nameof(splits));
    }

    private static void RequireNew(string path)
    {
        if (File.Exists(path))
            throw new IOException($"{path} exists: choose another path, or delete it");
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new IOException($"{path} is not empty: choose another folder, or empty it");
    }

    private static void RequireImages(IEnumerable<DatasetSplit> splits)
    {
        var images = splits.SelectMany(split => split.Dataset.Images).ToArray();
        var missing = images.Where(image => !File.Exists(image.Path)).ToArray();
        if (missing.Length > 0)
            throw new DatasetException(missing[0].Path, "", $"image file \"{missing[0].FileName}\" not found ({missing.Length} of {images.Length} are missing)");
    }

    /// <summary>Joins the classes of the splits, completes the sizes of images, and removes boxes that are not finite.</summary>
    private static List<DatasetSplit> Prepare(IReadOnlyList<DatasetSplit> splits, string path, List<DatasetProblem> problems)
    {
        var dropped = 0;
        var prepared = CategoryUnion.Apply(splits).Select(split => split with { Dataset = split.Dataset with { Images = [.. split.Dataset.Images.Select(Complete)] } }).ToList();
        if (dropped > 0)
            problems.Add(new(path, "", $"{dropped} {(dropped == 1 ? "box has" : "boxes have")} numbers that are not finite: left out"));
        return prepared;

        AnnotatedImage Complete(AnnotatedImage image)
        {
            var finite = image.Annotations.Where(annotation => double.IsFinite(annotation.Box.X + annotation.Box.Width) && double.IsFinite(annotation.Box.Y + annotation.Box.Height)).ToArray();
            dropped += image.Annotations.Count - finite.Length;
            image = image with { Annotations = [.. finite.Select(annotation => annotation with { Area = double.IsFinite(annotation.Area) ? annotation.Area : annotation.Box.Area })] };
            if ((image.Width > 0 && image.Height > 0) || !File.Exists(image.Path))
                return image;
            var header = ImageHeader.Read(image.Path);
            return image with { Width = header.OrientedWidth, Height = header.OrientedHeight };
        }
    }

    private static List<TargetSplit> Plan(IReadOnlyList<DatasetSplit> splits, string path, bool isFile, bool namesOriginals, IFormatWriter writer)
    {
        var folder = isFile ? Path.GetDirectoryName(Path.GetFullPath(path))! : Path.GetFullPath(path);
        var namesOfFolder = new Dictionary<string, TargetNames>();
        return [.. splits.Select(split =>
        {
            if (!namesOfFolder.TryGetValue(writer.ImageFolder(split.Name), out var names))
                namesOfFolder.Add(writer.ImageFolder(split.Name), names = new(writer.IsFlat));
            return new TargetSplit(split.Name, split.Dataset, [.. split.Dataset.Images.Select(image =>
            {
                var name = names.Next(image, split.Name, writer.Rename);
                var original = namesOriginals
                    ? Path.GetRelativePath(isFile ? folder : Path.Combine(folder, writer.OriginalsBase(split.Name, name)), Path.GetFullPath(image.Path)).Replace('\\', '/')
                    : null;
                return new TargetImage(image, name, original);
            })]);
        })];
    }

    private static void WriteFile(string path, IFormatWriter writer, TargetSplit split)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            writer.WriteFile(temporary, split);
            File.Move(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Writes a folder under a temporary name, beside it or, if it exists, in it, and moves it to its place when it is complete.</summary>
    private static void WriteFolder(string path, Action<string> write)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var exists = Directory.Exists(target);
        var temporary = exists ? Path.Combine(target, $".{Guid.NewGuid():N}.tmp") : $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(temporary);
            write(temporary);
            if (!exists)
            {
                Directory.Move(temporary, target);
                return;
            }

            foreach (var entry in Directory.GetFileSystemEntries(temporary))
                Directory.Move(entry, Path.Combine(target, Path.GetFileName(entry)));
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }

    private static void Fill(string folder, List<TargetSplit> splits, IFormatWriter writer, ImageHandling images, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        var done = 0;
        if (images != ImageHandling.None)
        {
            foreach (var split in splits)
            {
                foreach (var target in split.Images)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    ImageTransfer.Transfer(target.Image.Path, Path.Combine(folder, writer.ImageFolder(split.Name), target.Name), images);
                    progress?.Report(++done);
                }
            }
        }

        writer.Write(folder, splits, cancellationToken);
    }
}
