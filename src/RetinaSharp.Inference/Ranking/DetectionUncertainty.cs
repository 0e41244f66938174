using RetinaSharp.Boxes;

namespace RetinaSharp.Inference.Ranking;

/// <summary>How unsure a model is of its detections in an image.</summary>
/// <param name="Entropy">Sum of the binary entropies of the scores, in bits.</param>
/// <param name="Margin">Sum of 1 minus the difference of scores, over pairs of detections that are the same object in different classes.</param>
/// <param name="Detections">Number of detections that count.</param>
/// <param name="Unsure">Number of these with a score near .5.</param>
/// <param name="Ambiguous">The pairs of classes that objects have, with the number of objects, most frequent first.</param>
internal sealed record DetectionUncertainty(double Entropy, double Margin, int Detections, int Unsure, IReadOnlyList<(string First, string Second, int Objects)> Ambiguous)
{
    // Scores near .5: the binary entropy is above .88 bits.
    private const float MinUnsure = .3f, MaxUnsure = .7f;

    // Difference of scores from which the class of an object is clear.
    private const float ClearMargin = .5f;

    /// <summary>The sum of both measures.</summary>
    public double Total => Entropy + Margin;

    public static DetectionUncertainty Compute(IReadOnlyList<DetectedObject> detections, ImageRankerOptions options)
    {
        DetectedObject[] counted = [.. detections.Where(detection => detection.Score >= options.MinScore).OrderByDescending(detection => detection.Score)];
        var margin = 0d;
        var pairs = new Dictionary<(string, string), int>();
        // Detections that belong to the object of a better one.
        var isTaken = new bool[counted.Length];
        for (var i = 0; i < counted.Length; i++)
        {
            if (isTaken[i])
                continue;
            // The best detection of the same object in another class: only this pair counts, so that an object counts once.
            var second = -1;
            for (var other = i + 1; other < counted.Length; other++)
            {
                if (isTaken[other] || !(Iou.Compute(counted[other].Box, counted[i].Box) >= options.SameObjectIou))
                    continue;
                isTaken[other] = true;
                if (second < 0 && counted[other].Class != counted[i].Class)
                    second = other;
            }

            if (second < 0 || counted[i].Score - counted[second].Score >= ClearMargin)
                continue;
            margin += 1 - (counted[i].Score - counted[second].Score);
            var (a, b) = (counted[i].Category.Name, counted[second].Category.Name);
            var pair = string.CompareOrdinal(a, b) <= 0 ? (a, b) : (b, a);
            pairs[pair] = pairs.GetValueOrDefault(pair) + 1;
        }

        return new(counted.Sum(detection => BinaryEntropy(detection.Score)), margin, counted.Length, counted.Count(detection => detection.Score is >= MinUnsure and <= MaxUnsure),
            [.. pairs.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key.Item1, StringComparer.Ordinal).ThenBy(pair => pair.Key.Item2, StringComparer.Ordinal)
                .Select(pair => (pair.Key.Item1, pair.Key.Item2, pair.Value))]);
    }

    /// <summary>Computes the binary entropy of a probability in bits: 1 at .5, 0 at 0 and 1.</summary>
    public static double BinaryEntropy(double probability) => probability is > 0 and < 1
        ? -(probability * Math.Log2(probability) + (1 - probability) * Math.Log2(1 - probability))
        : 0;
}
