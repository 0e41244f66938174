namespace RetinaSharp.Inference.Ranking;

/// <summary>Options of <see cref="ImageRanker"/>.</summary>
public sealed record ImageRankerOptions
{
    /// <summary>
    /// Minimum score of detections that count, in [0, 1]. Detectors output many detections with very low scores, each of which is a little uncertain; together
    /// they would hide the uncertain objects.
    /// </summary>
    public double MinScore { get; init; } = .1;

    /// <summary>IoU from which two detections of different classes count as the same object, of which the class is unclear.</summary>
    public double SameObjectIou { get; init; } = .5;

    /// <summary>Maximum number of images to rank, at least 1. The time is proportional to it.</summary>
    public int MaxImages { get; init; } = int.MaxValue;

    /// <summary>Checks that all options are in range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxImages, 1);
        if (!(MinScore is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(MinScore), MinScore, "must be in [0, 1]");
        if (!(SameObjectIou is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(SameObjectIou), SameObjectIou, "must be above 0 and at most 1");
    }
}
