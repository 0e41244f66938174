using System.Buffers;
using RetinaSharp.Boxes;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Assignment;

/// <summary>
/// Collects the positive anchors of an image. An anchor that is offered to several boxes takes the one with the highest rank, of equal ranks the first box, in
/// whatever order they are offered. Memory grows with the number of anchors only.
/// </summary>
internal sealed class PositiveAnchors : IDisposable
{
    private const int NoBox = -1;
    private readonly int _anchors;
    private readonly int[] _boxes;
    private readonly double[] _ranks;

    public PositiveAnchors(int anchors)
    {
        _anchors = anchors;
        _boxes = ArrayPool<int>.Shared.Rent(anchors);
        _ranks = ArrayPool<double>.Shared.Rent(anchors);
        _boxes.AsSpan(0, anchors).Fill(NoBox);
    }

    /// <summary>Offers an anchor to a box.</summary>
    /// <param name="anchor">Index of the anchor.</param>
    /// <param name="box">Index of the box.</param>
    /// <param name="rank">The rank of the box for the anchor; not NaN.</param>
    /// <returns>Whether the anchor has been offered before.</returns>
    public bool Offer(int anchor, int box, double rank)
    {
        ref var best = ref _boxes[anchor];
        var isContested = best != NoBox;
        if (!isContested || rank > _ranks[anchor] || (rank == _ranks[anchor] && box < best))
            (best, _ranks[anchor]) = (box, rank);
        return isContested;
    }

    /// <summary>Labels the anchors by the boxes they took, the others as background or, within ignore regions, as ignored.</summary>
    /// <param name="grid">The anchors.</param>
    /// <param name="classes">Class index of each box.</param>
    /// <param name="ignored">The ignore regions.</param>
    /// <param name="coverage">See <see cref="AssignerSettings.IgnoreCoverage"/>.</param>
    public AnchorAssignment Finish(AnchorGrid grid, ReadOnlySpan<int> classes, ReadOnlySpan<Box> ignored, double coverage)
    {
        var taken = _boxes.AsSpan(0, _anchors);
        var positives = new int[_anchors - taken.Count(NoBox)];
        var boxes = new int[positives.Length];
        var labels = new int[_anchors];
        Array.Fill(labels, SigmoidLoss.Background);
        var anchor = -1;
        for (var i = 0; i < positives.Length; i++)
        {
            anchor += 1 + taken[(anchor + 1)..].IndexOfAnyExcept(NoBox);
            (positives[i], boxes[i], labels[anchor]) = (anchor, taken[anchor], classes[taken[anchor]]);
        }

        IgnoreRegions.Apply(grid, ignored, coverage, labels);
        return new(labels, positives, boxes);
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_boxes);
        ArrayPool<double>.Shared.Return(_ranks);
    }
}
