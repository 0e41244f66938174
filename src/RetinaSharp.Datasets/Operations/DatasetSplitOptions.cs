namespace RetinaSharp.Datasets.Operations;

/// <summary>Options for splitting a dataset.</summary>
public sealed record DatasetSplitOptions
{
    /// <summary>Fraction of the images in the split <c>val</c>, from 0 to 1; <see cref="DatasetSplitter.Folds"/> ignores it.</summary>
    public double Val { get; init; } = .2;

    /// <summary>Fraction of the images in the split <c>test</c>; <see cref="DatasetSplitter.Folds"/> ignores it.</summary>
    public double Test { get; init; }

    /// <summary>Seed of the random order; the same seed gives the same splits.</summary>
    public long Seed { get; init; }

    /// <summary>The key of the groups of images that stay in one split; null: every image is a group of its own.</summary>
    public ImageGroupKey? Group { get; init; }

    /// <summary>Checks the fractions.</summary>
    /// <exception cref="ArgumentException">A fraction is out of its range.</exception>
    internal void Validate()
    {
        // Also rejects NaN.
        if (!(Val is >= 0 and < 1))
            throw new ArgumentException($"the fraction of val is {Val}; it must be from 0 to below 1");
        if (!(Test is >= 0 and < 1))
            throw new ArgumentException($"the fraction of test is {Test}; it must be from 0 to below 1");
        if (!(Val + Test is > 0 and < 1))
            throw new ArgumentException($"the fractions of val and test add up to {Val + Test}; they must leave images for train, and one must be above 0");
    }
}
