namespace RetinaSharp.Boxes;

/// <summary>
/// Score voting (Kim, Lee, arXiv 2007.08103): each box that non-maximum suppression kept becomes the mean of the boxes of its class,
/// weighted by score and overlap. Neighboring anchors find the same object with different errors, which the mean reduces.
/// </summary>
/// <remarks>
/// The weight of a box with score s and IoU u with the kept box, u above 0, is s exp(−(1 − u)² / σ). Scores do not change. IoUs are fp32 and
/// vectorized, means are computed in double precision. O(kn) for k kept boxes.
/// </remarks>
public static class ScoreVoting
{
    /// <summary>σ of the paper.</summary>
    public const float DefaultSigma = .025f;

    /// <summary>Computes the mean boxes.</summary>
    /// <param name="boxes">Boxes before suppression, [n].</param>
    /// <param name="scores">Scores, [n].</param>
    /// <param name="labels">Class ids, [n]; any integers.</param>
    /// <param name="kept">Indices of the kept boxes, [k].</param>
    /// <param name="sigma">σ, above 0: the higher, the more do boxes count that overlap the kept box less.</param>
    /// <returns>The mean boxes, [k]. Unchanged: a kept box without area or with a coordinate of NaN, and one that only boxes with scores of 0 or below overlap.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is not one of a box, or σ is not a number above 0.</exception>
    public static Box[] Refine(
        ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, ReadOnlySpan<int> kept, float sigma = DefaultSigma)
    {
        if (scores.Length != boxes.Length)
            throw new ArgumentException($"{scores.Length} scores for {boxes.Length} boxes", nameof(scores));
        if (labels.Length != boxes.Length)
            throw new ArgumentException($"{labels.Length} labels for {boxes.Length} boxes", nameof(labels));
        if (!(float.IsFinite(sigma) && sigma > 0))
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "Sigma must be a number above 0.");

        var group = new int[boxes.Length];
        var starts = LabelGroups.Assign(labels, group);
        var voters = new Voters(boxes.Length, starts);
        for (var i = 0; i < boxes.Length; i++)
            voters.Add(group[i], boxes[i], scores[i]);

        var refined = new Box[kept.Length];
        for (var k = 0; k < kept.Length; k++)
        {
            if ((uint)kept[k] >= (uint)boxes.Length)
                throw new ArgumentOutOfRangeException(nameof(kept), kept[k], $"Index of a kept box: must be from 0 to {boxes.Length - 1}.");
            refined[k] = voters.Mean(group[kept[k]], boxes[kept[k]], sigma);
        }

        return refined;
    }

    /// <summary>All boxes with their scores. Those of a group (class) are contiguous, in input order.</summary>
    private sealed class Voters(int count, int[] starts)
    {
        private readonly BoxColumns _boxes = new(count);
        private readonly float[] _scores = new float[count];
        private readonly float[] _iou = new float[count];
        private readonly int[] _ends = [.. starts];

        public void Add(int group, Box box, float score)
        {
            var at = _ends[group]++;
            (_boxes[at], _scores[at]) = (box, score);
        }

        public Box Mean(int group, Box kept, float sigma)
        {
            var (start, end) = (starts[group], _ends[group]);
            _boxes.Iou(kept, start..end, _iou);
            double x1 = 0, y1 = 0, x2 = 0, y2 = 0, sum = 0;
            for (var i = start; i < end; i++)
            {
                if (!(_iou[i] > 0 && _scores[i] > 0))
                    continue;
                var distance = 1 - (double)_iou[i];
                var weight = _scores[i] * Math.Exp(-distance * distance / sigma);
                var box = _boxes[i];
                x1 += weight * box.X1;
                y1 += weight * box.Y1;
                x2 += weight * box.X2;
                y2 += weight * box.Y2;
                sum += weight;
            }

            var mean = new Box((float)(x1 / sum), (float)(y1 / sum), (float)(x2 / sum), (float)(y2 / sum));
            return float.IsFinite(mean.X1 + mean.Y1 + mean.X2 + mean.Y2) ? mean : kept;
        }
    }
}
