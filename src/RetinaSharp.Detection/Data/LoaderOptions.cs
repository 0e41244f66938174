namespace RetinaSharp.Detection.Data;

/// <summary>How batches are made. Only <see cref="BatchSize"/>, <see cref="Seed"/> and the ranks decide what is in them.</summary>
internal sealed record LoaderOptions
{
    /// <summary>Images in a batch.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Seed of the run.</summary>
    public long Seed { get; init; }

    /// <summary>Batches that are made at the same time, each by one thread.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>Batches that wait, ready or being made, while one is used; below <see cref="Workers"/> it keeps some of them idle.</summary>
    public int Prefetch { get; init; } = 2;

    /// <summary>Memory for decoded and scaled images, in bytes; 0: every epoch decodes anew.</summary>
    public long CacheBytes { get; init; } = 1L << 30;

    /// <summary>Number of this process among <see cref="Ranks"/>, from 0. Together they use the images once in an epoch.</summary>
    public int Rank { get; init; }

    /// <summary>Processes that train together.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the option and its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Workers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Prefetch, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(CacheBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(Ranks, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Rank, Ranks);
    }
}
