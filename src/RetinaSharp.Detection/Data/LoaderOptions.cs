using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Options of <see cref="TrainingLoader"/> and <see cref="EvaluationLoader"/>. The contents of batches depend only on <see cref="BatchSize"/>,
/// <see cref="BatchesPerStep"/>, <see cref="ComposedEpochs"/>, <see cref="Seed"/>, <see cref="Repeats"/>, <see cref="Rank"/> and <see cref="Ranks"/>.
/// </summary>
internal sealed record LoaderOptions
{
    // Share of the memory for the cache of decoded images in sliced training, which decodes a file once for every slice unless it is cached: a quarter.
    private const int MaxShareOfCachedFiles = 4;

    private const long DefaultCacheBytes = 1L << 30;

    /// <summary>Number of images in a batch.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Number of batches of an optimizer step. With multi-scale training, they have the same input size.</summary>
    public int BatchesPerStep { get; init; } = 1;

    /// <summary>Number of epochs, from the first, whose samples are composed of several images by mosaic, mixup and copy-paste.</summary>
    public int ComposedEpochs { get; init; } = int.MaxValue;

    /// <summary>Expected number of times that an epoch uses each image (see <see cref="ImageRepeats"/>); null: each once.</summary>
    public IReadOnlyList<double>? Repeats { get; init; }

    /// <summary>Seed of the run.</summary>
    public long Seed { get; init; }

    /// <summary>Number of batches that are loaded concurrently, each by one thread.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>Number of batches that are loaded ahead of the consumer. If it is below <see cref="Workers"/>, some workers are idle.</summary>
    public int Prefetch { get; init; } = 2;

    /// <summary>Capacity of the cache for decoded images in bytes; 0: every epoch decodes all images again.</summary>
    public long CacheBytes { get; init; } = DefaultCacheBytes;

    /// <summary>Rank of this process in distributed training, from 0 to <see cref="Ranks"/> - 1. In an epoch, each image is used by one process.</summary>
    public int Rank { get; init; }

    /// <summary>World size: the number of processes that train together.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>Returns the <see cref="CacheBytes"/> of a training run.</summary>
    public static long GetCacheBytes(RunSettings settings) =>
        settings.Tile is null ? DefaultCacheBytes : Math.Max(DefaultCacheBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MaxShareOfCachedFiles);

    /// <summary>Throws if a value is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range. The message has its name and range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchesPerStep, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Workers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Prefetch, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(CacheBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(Ranks, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Rank, Ranks);
    }
}
