namespace RetinaSharp.Boxes;

/// <summary>
/// Soft-NMS (Bodla, Singh, Chellappa, Davis, arXiv 1704.04503): repeatedly selects the box with the highest score and lowers the scores of the
/// boxes that overlap it, instead of dropping them. Objects that overlap each other are found more often than with NMS.
/// </summary>
/// <remarks>
/// The semantics are those of the authors' code: a box is dropped as soon as its lowered score does not exceed the score threshold, and the
/// scores of all boxes of the class that are left are lowered after each selection. Of equal scores, the box that comes first in the input is
/// selected first. Each selection computes the IoU with the remaining boxes of the class, vectorized: O(n²) in the worst case, n boxes of one
/// class without overlaps. The selected scores descend, so the work stops as soon as enough boxes are selected.
/// </remarks>
public static class SoftNonMaximumSuppression
{
    /// <summary>Runs Soft-NMS within each class; boxes of different classes do not change each other's scores.</summary>
    /// <param name="boxes">Boxes, [n].</param>
    /// <param name="scores">Scores, [n]. Boxes with a score of NaN are dropped.</param>
    /// <param name="labels">Class ids, [n]; any integers.</param>
    /// <param name="decay">How scores are lowered.</param>
    /// <param name="scoreThreshold">Score that a box must exceed to be selected, at least 0. It applies to the lowered scores.</param>
    /// <param name="maxCount">Maximum number of boxes to select, over all classes.</param>
    /// <returns>The selected boxes of all classes, by descending lowered score.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scoreThreshold"/> is NaN or negative, or <paramref name="maxCount"/> is negative.</exception>
    public static RescoredBox[] SuppressByClass(
        ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, SoftDecay decay, float scoreThreshold, int maxCount = int.MaxValue)
    {
        if (scores.Length != boxes.Length)
            throw new ArgumentException($"{scores.Length} scores for {boxes.Length} boxes", nameof(scores));
        if (labels.Length != boxes.Length)
            throw new ArgumentException($"{labels.Length} labels for {boxes.Length} boxes", nameof(labels));
        if (!(scoreThreshold >= 0))
            throw new ArgumentOutOfRangeException(nameof(scoreThreshold), scoreThreshold, "The score threshold must be 0 or more.");
        ArgumentOutOfRangeException.ThrowIfNegative(maxCount);

        var group = new int[boxes.Length];
        var starts = LabelGroups.Assign(labels, group);
        var remaining = new Remaining(boxes.Length, starts);
        for (var i = 0; i < boxes.Length; i++)
            if (scores[i] > scoreThreshold)
                remaining.Add(group[i], boxes[i], scores[i], i);

        var selected = new List<RescoredBox>();
        while (selected.Count < maxCount && remaining.Best() is { } best)
        {
            selected.Add(remaining.At(best));
            remaining.Select(best, decay, scoreThreshold);
        }

        return [.. selected];
    }

    /// <summary>The boxes that are not selected yet. Those of a group (class) are contiguous, in input order.</summary>
    private sealed class Remaining(int count, int[] starts)
    {
        private const int None = -1;

        private readonly BoxColumns _boxes = new(count);
        private readonly float[] _scores = new float[count];
        private readonly int[] _indices = new int[count];
        private readonly float[] _iou = new float[count];
        private readonly int[] _ends = [.. starts];

        // Position of the highest score of each group; None if the group has no boxes left.
        private readonly int[] _best = [.. starts.Select(_ => None)];

        public void Add(int group, Box box, float score, int index)
        {
            var at = _ends[group]++;
            (_boxes[at], _scores[at], _indices[at]) = (box, score, index);
            if (_best[group] == None || score > _scores[_best[group]])
                _best[group] = at;
        }

        public RescoredBox At(int group) => new(_indices[_best[group]], _scores[_best[group]]);

        /// <summary>Returns the group with the highest score, of equal scores with the lowest index; null if no boxes are left.</summary>
        public int? Best()
        {
            int? best = null;
            for (var group = 0; group < _best.Length; group++)
            {
                if (_best[group] == None)
                    continue;
                if (best is not { } other || At(group) is var one && At(other) is var two && (one.Score > two.Score || one.Score == two.Score && one.Index < two.Index))
                    best = group;
            }

            return best;
        }

        /// <summary>Removes the best box of a group, lowers the scores of the others, and removes those that no longer exceed the threshold.</summary>
        public void Select(int group, SoftDecay decay, float scoreThreshold)
        {
            var (start, end, chosen) = (starts[group], _ends[group], _best[group]);
            _boxes.Iou(_boxes[chosen], start..end, _iou);
            var (left, best) = (start, None);
            for (var i = start; i < end; i++)
            {
                var score = _scores[i] * decay.Factor(_iou[i]);
                if (i == chosen || !(score > scoreThreshold))
                    continue;
                (_boxes[left], _scores[left], _indices[left]) = (_boxes[i], score, _indices[i]);
                if (best == None || score > _scores[best])
                    best = left;
                left++;
            }

            (_ends[group], _best[group]) = (left, best);
        }
    }
}
