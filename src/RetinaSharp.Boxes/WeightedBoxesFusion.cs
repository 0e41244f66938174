namespace RetinaSharp.Boxes;

/// <summary>
/// Weighted boxes fusion (Solovyev, Wang, Gabruseva, arXiv 1910.13302): boxes that overlap become one box, their mean weighted by score.
/// </summary>
/// <remarks>
/// Boxes are visited in order of descending weighted score, equal scores in input order. A box joins the fused box of its class with the
/// highest IoU above the threshold, the first of equal ones, whose mean is updated at once; otherwise it starts a new one. IoUs are
/// vectorized. O(n²) in the worst case, n boxes of one class without overlaps. Boxes whose weighted score is not above 0 are dropped.
/// </remarks>
public static class WeightedBoxesFusion
{
    /// <summary>Fuses the boxes of each class.</summary>
    /// <param name="boxes">Boxes, [n].</param>
    /// <param name="scores">Scores, [n].</param>
    /// <param name="labels">Class ids, [n]; any integers.</param>
    /// <param name="threshold">A box joins a fused box if their IoU exceeds this; .55 in the paper.</param>
    /// <param name="weights">Weight of each box, that of the model which found it, [n]; empty: all are 1.</param>
    /// <returns>The fused boxes of all classes, by descending weighted score of their best box.</returns>
    /// <exception cref="ArgumentException">The lengths differ, or the threshold is NaN.</exception>
    public static FusedBox[] FuseByClass(
        ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, float threshold, ReadOnlySpan<double> weights = default)
    {
        if (scores.Length != boxes.Length)
            throw new ArgumentException($"{scores.Length} scores for {boxes.Length} boxes", nameof(scores));
        if (labels.Length != boxes.Length)
            throw new ArgumentException($"{labels.Length} labels for {boxes.Length} boxes", nameof(labels));
        if (!weights.IsEmpty && weights.Length != boxes.Length)
            throw new ArgumentException($"{weights.Length} weights for {boxes.Length} boxes", nameof(weights));
        if (float.IsNaN(threshold))
            throw new ArgumentException("the IoU threshold is NaN", nameof(threshold));

        var weighted = scores.ToArray();
        for (var i = 0; i < weights.Length; i++)
            weighted[i] = (float)(weights[i] * scores[i]);
        var group = new int[boxes.Length];
        var clusters = new Clusters(boxes.Length, LabelGroups.Assign(labels, group), threshold);
        foreach (var i in TopScores.Select(weighted))
        {
            if (!(weighted[i] > 0))
                break;
            clusters.Add(group[i], boxes[i], weighted[i], weights.IsEmpty ? 1 : weights[i], i);
        }

        return clusters.ToArray();
    }

    /// <summary>The fused boxes. Those of a group (class) are contiguous, in the order in which they were started.</summary>
    private sealed class Clusters(int count, int[] starts, float threshold)
    {
        private readonly BoxColumns _boxes = new(count);
        private readonly Sums[] _sums = new Sums[count];
        private readonly float[] _iou = new float[count];
        private readonly int[] _ends = [.. starts];
        private readonly List<int> _order = [];

        public void Add(int group, Box box, double score, double weight, int index)
        {
            if (Nearest(group, box) is { } nearest)
            {
                _sums[nearest].Add(box, score, weight);
                _boxes[nearest] = _sums[nearest].Mean;
                return;
            }

            var at = _ends[group]++;
            _sums[at].Index = index;
            _sums[at].Add(box, score, weight);
            _boxes[at] = box;
            _order.Add(at);
        }

        public FusedBox[] ToArray() => [.. _order.Select(at => new FusedBox(_sums[at].Index, _boxes[at], _sums[at].Score, _sums[at].Weight))];

        private int? Nearest(int group, Box box)
        {
            var (start, end) = (starts[group], _ends[group]);
            _boxes.Iou(box, start..end, _iou);
            int? nearest = null;
            var highest = threshold;
            for (var i = start; i < end; i++)
                if (_iou[i] > highest)
                    (nearest, highest) = (i, _iou[i]);
            return nearest;
        }
    }

    /// <summary>Sums over the boxes of a fused box, in double precision.</summary>
    private struct Sums
    {
        private double _x1, _y1, _x2, _y2;

        public int Index;

        public double Score { get; private set; }

        public double Weight { get; private set; }

        public readonly Box Mean => new((float)(_x1 / Score), (float)(_y1 / Score), (float)(_x2 / Score), (float)(_y2 / Score));

        public void Add(Box box, double score, double weight)
        {
            _x1 += score * box.X1;
            _y1 += score * box.Y1;
            _x2 += score * box.X2;
            _y2 += score * box.Y2;
            Score += score;
            Weight += weight;
        }
    }
}
