namespace RetinaSharp.Losses;

/// <summary>
/// The number of examples of each class seen so far: the state of <see cref="SeesawLoss"/>. To save the state, write <see cref="Counts"/>.
/// </summary>
public sealed class ClassCounts
{
    private readonly long[] _counts;

    /// <summary>Creates the state at the start of training.</summary>
    /// <param name="classes">Number of classes, 1 or more, without a background.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no class.</exception>
    public ClassCounts(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        _counts = new long[classes];
    }

    /// <summary>Creates a saved state, or one from the class counts of a data set.</summary>
    /// <param name="counts">Number of examples, [classes], each 0 or more.</param>
    /// <exception cref="ArgumentException">There is no class, or a count is negative.</exception>
    public ClassCounts(ReadOnlySpan<long> counts)
    {
        ArgumentOutOfRangeException.ThrowIfZero(counts.Length, nameof(counts));
        for (var i = 0; i < counts.Length; i++)
            if (counts[i] < 0)
                throw new ArgumentOutOfRangeException(nameof(counts), counts[i], $"the count of class {i} is negative");
        _counts = counts.ToArray();
    }

    /// <summary>Number of classes.</summary>
    public int Classes => _counts.Length;

    /// <summary>Number of examples, [classes].</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>Adds the examples of a batch.</summary>
    /// <param name="labels">Labels: class indices; negative labels, such as background and ignored, are not counted.</param>
    /// <exception cref="ArgumentException">A label is not a class; the state is unchanged.</exception>
    public void Accumulate(ReadOnlySpan<int> labels)
    {
        for (var i = 0; i < labels.Length; i++)
            if (labels[i] >= Classes)
                throw new ArgumentException($"label {i} is {labels[i]}, but there are {Classes} classes", nameof(labels));
        foreach (var label in labels)
            if (label >= 0)
                _counts[label]++;
    }
}
