using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Weights;

/// <summary>
/// Maps the anchors of a cell to those of another model that has the same anchors, but possibly in another order and rounded to whole pixels: see
/// <see cref="AnchorCompatibility"/>.
/// </summary>
internal sealed class AnchorOrder
{
    // Index of each of our anchors among theirs.
    private readonly int[] _theirs;

    private AnchorOrder(int[] theirs) => _theirs = theirs;

    /// <summary>Whether both models have the same order.</summary>
    public bool IsSame => _theirs.SequenceEqual(Enumerable.Range(0, _theirs.Length));

    /// <summary>Maps our anchors to theirs; returns null if their sizes, aspect ratios or levels differ.</summary>
    public static AnchorOrder? Create(AnchorSettings ours, AnchorSettings theirs)
    {
        if ((ours.MinLevel, ours.MaxLevel, ours.BaseSize) != (theirs.MinLevel, theirs.MaxLevel, theirs.BaseSize)
            || !ours.Scales.SequenceEqual(theirs.Scales) || !ours.Ratios.SequenceEqual(theirs.Ratios))
        {
            return null;
        }

        // The inner loop is over ratios in the paper's order, and over scales in torchvision's.
        var (outer, inner) = ours.Compatibility == AnchorCompatibility.Torchvision ? (ours.Ratios.Count, ours.Scales.Count) : (ours.Scales.Count, ours.Ratios.Count);
        var isSwapped = ours.Compatibility != theirs.Compatibility;
        return new([.. Enumerable.Range(0, ours.AnchorsPerCell).Select(anchor => isSwapped ? (anchor % inner * outer) + (anchor / inner) : anchor)]);
    }

    /// <summary>Reorders the rows of a head's output layer. Row a · K + k belongs to anchor a and output k of K.</summary>
    /// <param name="rows">The rows in the order of their anchors.</param>
    /// <returns>The rows in the order of our anchors.</returns>
    public float[] Reorder(float[] rows)
    {
        var reordered = new float[rows.Length];
        var length = rows.Length / _theirs.Length;
        foreach (var (ours, theirs) in _theirs.Index())
            rows.AsSpan(theirs * length, length).CopyTo(reordered.AsSpan(ours * length));
        return reordered;
    }
}
