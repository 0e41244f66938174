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
        SplitPreparation.CheckNames(splits);
        var writer = Writers[(int)format];
        var isFile = writer.FileExtension is { } extension && Path.GetExtension(path).Equals(extension, StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path);
        if (isFile && splits.Count > 1)
            throw new ArgumentException($"{path} is one file, but the dataset has {splits.Count} splits: name a folder");
        var images = options?.Images ?? (isFile ? ImageHandling.None : ImageHandling.Copy);
        if (isFile && images != ImageHandling.None)
            throw new ArgumentException($"{path} is one file, beside which no images are written: name a folder");
        Validate(format, new() { Images = images });
        if (images == ImageHandling.None && splits.SelectMany(split => split.Dataset.Images).FirstOrDefault(image => image.Entry is not null) is { Entry: { } entry })
            throw new ArgumentException($"the images are in tar shards such as {entry.Shard}, which annotations of {writer.Name} cannot name: name a folder, and copy or link the images");
        TargetFolder.RequireNew(path);

        var problems = new List<DatasetProblem>();
        var prepared = SplitPreparation.Prepare(splits, path, problems);
        if (images != ImageHandling.None)
            RequireImages(prepared);
        problems.AddRange(LossReport.Find(path, writer, prepared));
        var targets = Plan(prepared, path, isFile, images == ImageHandling.None, writer);
        if (isFile)
            WriteFile(path, writer, targets[0]);
        else
            TargetFolder.Write(path, folder => Fill(folder, targets, writer, images, progress, cancellationToken));
        return new(path, format,
            [.. prepared.Select(split => new WrittenSplit(split.Name, split.Name is null ? path : $"{path}#{split.Name}", split.Dataset.Images.Count, split.Dataset.Images.Sum(image => image.Annotations.Count)))], problems);
    }

    /// <summary>Checks that a format can be written with the options, before the work whose result is to be written.</summary>
    /// <param name="format">The format.</param>
    /// <param name="options">Options for writing.</param>
    /// <exception cref="ArgumentException">The format cannot be written with the options.</exception>
    public static void Validate(DatasetFormat format, DatasetWriterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Images == ImageHandling.None && !Writers[(int)format].CanNameOriginals)
            throw new ArgumentException($"{Writers[(int)format].Name} finds the label file of an image by the path of the image: copy or link the images");
    }

    private static void RequireImages(IEnumerable<DatasetSplit> splits)
    {
        var images = splits.SelectMany(split => split.Dataset.Images).ToArray();
        var missing = images.Where(image => !image.File.Exists).ToArray();
        if (missing.Length > 0)
            throw new DatasetException(missing[0].Path, "", $"image file \"{missing[0].FileName}\" not found ({missing.Length} of {images.Length} are missing)");
    }

    private static List<TargetSplit> Plan(IReadOnlyList<DatasetSplit> splits, string path, bool isFile, bool namesOriginals, IFormatWriter writer)
    {
        var folder = isFile ? Path.GetDirectoryName(Path.GetFullPath(path))! : Path.GetFullPath(path);
        var namesOfFolder = new Dictionary<string, TargetNames>();
        return [.. splits.Select(split =>
        {
            if (!namesOfFolder.TryGetValue(writer.ImageFolder(split.Name), out var names))
                namesOfFolder.Add(writer.ImageFolder(split.Name), names = new(writer.IsFlat));
            var folderOfSplit = writer.ImageFolder(split.Name) == writer.ImageFolder(null) ? null : split.Name;
            return new TargetSplit(split.Name, split.Dataset, [.. split.Dataset.Images.Select(image =>
            {
                var name = names.Next(image, folderOfSplit, writer.Rename);
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
                    ImageTransfer.Transfer(target.Image.File, Path.Combine(folder, writer.ImageFolder(split.Name), target.Name), images);
                    progress?.Report(++done);
                }
            }
        }

        writer.Write(folder, splits, cancellationToken);
    }
}
