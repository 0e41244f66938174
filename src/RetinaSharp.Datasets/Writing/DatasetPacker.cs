using RetinaSharp.Datasets.Files;
using RetinaSharp.Datasets.Operations;
using RetinaSharp.Datasets.Shards;

namespace RetinaSharp.Datasets.Writing;

/// <summary>
/// Packs datasets into tar shards in the layout of WebDataset, for datasets that do not fit a local disk or have too many files for a file system. An image is
/// an entry <c>KEY.jpg</c> with its bytes unchanged, followed by <c>KEY.json</c> with its annotations. Shards have the images in random order, so that neighbors
/// are not alike.
/// </summary>
/// <remarks>
/// <see cref="DetectionDataset.Open"/> reads the folder like any other dataset, by its index and without reading the shards. Everything of images and annotations
/// is kept: ids, file names, areas, crowds and difficult objects. The folder is written under a temporary name and renamed when it is complete.
/// </remarks>
public static class DatasetPacker
{
    private const string Unsplit = "data";

    // Number of images that an error names.
    private const int MaxNamed = 100;

    private static readonly Dictionary<ImageFormat, string> Extensions = new()
    {
        [ImageFormat.Jpeg] = "jpg",
        [ImageFormat.Png] = "png",
        [ImageFormat.WebP] = "webp",
        [ImageFormat.Bmp] = "bmp",
        [ImageFormat.Tiff] = "tif",
    };

    /// <summary>Packs the splits of a dataset. If they have different classes, the classes are joined by name.</summary>
    /// <param name="splits">The splits, with different names; the name may be null if there is only one split.</param>
    /// <param name="path">The folder, which must be empty or not exist.</param>
    /// <param name="options">Options; the defaults if null.</param>
    /// <param name="progress">Receives the number of images packed so far.</param>
    /// <param name="cancellationToken">Cancels the packing.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of its range; the names of the splits are invalid; an image is a region of a file (<see cref="AnnotatedImage.Crop"/>); ids of images are
    /// not unique in their split, or ids of classes do not ascend.
    /// </exception>
    /// <exception cref="DatasetException">Images cannot be used. The message names all of them.</exception>
    /// <exception cref="IOException">The folder is not empty, or cannot be written. Nothing is left there.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public static PackedDataset Pack(
        IReadOnlyList<DatasetSplit> splits, string path, DatasetPackerOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(splits);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        options.Validate();
        SplitPreparation.CheckNames(splits);
        TargetFolder.RequireNew(path);
        foreach (var split in splits)
            RequireUsable(split.Dataset, options, cancellationToken);

        var problems = new List<DatasetProblem>();
        var prepared = SplitPreparation.Prepare(splits, path, problems);
        foreach (var split in prepared)
            CheckIds(split);
        var stringIds = splits.Sum(split => split.Dataset.ImageIds.Count + split.Dataset.CategoryIds.Count);
        if (stringIds > 0)
            problems.Add(new(path, "", $"{stringIds} ids of images and classes are strings: they are written as numbers"));

        var written = new List<ShardSplit>();
        try
        {
            TargetFolder.Write(path, folder => Fill(folder, prepared, written, options, progress, cancellationToken), last: ShardIndex.FileName);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path} cannot be written ({error.Message}): check free space and permissions. Nothing was written.", error);
        }

        return new(path,
            [.. prepared.Zip(written, (split, shards) => new PackedSplit(split.Name, split.Name is null ? path : $"{path}#{split.Name}",
                split.Dataset.Images.Count, split.Dataset.Images.Sum(image => image.Annotations.Count), shards.Shards.Count, shards.Shards.Sum(shard => shard.Bytes)))], problems);
    }

    /// <summary>Finds images that cannot be read before the first is packed, which may be hours before the last.</summary>
    private static void RequireUsable(DetectionDataset dataset, DatasetPackerOptions options, CancellationToken cancellationToken)
    {
        if (dataset.Images.FirstOrDefault(image => image.Crop is not null) is { } region)
            throw new ArgumentException($"Image {region.Id} is a region of {region.FileName}, but whole files are packed.");
        var bad = ImageVerification.FindBadImages(dataset, options.Decode, cancellationToken: cancellationToken);
        if (bad.Count == 0)
            return;
        var named = string.Concat(bad.Take(MaxNamed).Select(image => $"{Environment.NewLine}  {image}"));
        var more = bad.Count > MaxNamed ? $"{Environment.NewLine}  and {bad.Count - MaxNamed} more" : "";
        throw new DatasetException(dataset.Source, "", $"{bad.Count} of {dataset.Images.Count} images cannot be packed: correct them, or pack a repaired copy of the dataset{named}{more}");
    }

    private static void CheckIds(DatasetSplit split)
    {
        var (images, categories) = (split.Dataset.Images, split.Dataset.Categories);
        var ids = new HashSet<long>();
        if (images.FirstOrDefault(image => !ids.Add(image.Id)) is { } twice)
            throw new ArgumentException($"two images have the id {twice.Id}, by which annotations are found: number the images of {split.Dataset.Source}");
        // The annotations are read like any COCO file, which sorts its classes by id.
        if (categories.Zip(categories.Skip(1)).FirstOrDefault(pair => pair.First.Id >= pair.Second.Id) is { First: { } first, Second: { } second })
            throw new ArgumentException($"the class \"{second.Name}\" with id {second.Id} follows \"{first.Name}\" with id {first.Id}: number the classes of {split.Dataset.Source} in ascending order");
    }

    private static void Fill(string folder, List<DatasetSplit> splits, List<ShardSplit> written, DatasetPackerOptions options, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        var done = 0;
        foreach (var split in splits)
        {
            var prefix = split.Name ?? Unsplit;
            AnnotatedImage[] images = [.. split.Dataset.Images];
            new SeededRandom(options.Seed).Shuffle<AnnotatedImage>(images);
            using var shards = new ShardWriter(folder, prefix, options.ShardBytes);
            foreach (var (number, image) in images.Index())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var bytes = DataFiles.ReadBytes(image.File);
                var extension = Extensions[ImageHeader.Read(new MemoryStream(bytes), image.Path).Format];
                shards.Add(image.Id, SampleKey.Create(number, image.FileName), extension, bytes, SampleJson.Write(image, split.Dataset.Categories));
                progress?.Report(++done);
            }

            var annotations = $"{prefix}-annotations.json";
            using (var file = new FileStream(Path.Combine(folder, annotations), FileMode.CreateNew))
            {
                CocoWriter.Write(file, split.Dataset with { Images = images });
                file.Flush(flushToDisk: true);
            }

            written.Add(new(split.Name, annotations, images.Length, shards.Finish()));
        }

        new ShardIndex(written).Write(folder);
    }
}
