using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>
/// The logit below which the classification head need not be accurate. Most logits are those of background, far below the score threshold: a range that includes them
/// would spend its 256 values where no detection comes from. Lower logits become the floor, whose score is below the threshold, so that they give no detections either.
/// </summary>
internal static class LogitFloor
{
    // The prior π of the focal loss paper: the score that an untrained RetinaNet gives to background.
    private const double Prior = .01;

    /// <summary>Computes the floor; null if there is none, because every score may matter, or because scores are a softmax, which depends on differences of logits.</summary>
    /// <param name="model">What the metadata say about the model.</param>
    /// <param name="minScore">Smallest score that is useful, in [0, 1); null: π, or half the score threshold of the model if that is lower.</param>
    /// <exception cref="ArgumentException"><paramref name="minScore"/> is not below the score threshold.</exception>
    public static float? Compute(OnnxModelDescription model, double? minScore)
    {
        var threshold = model.Model.Inference.ScoreThreshold;
        if (minScore > 0 && minScore >= threshold)
            throw new ArgumentException($"Smallest useful score {minScore}: must be below the model's score threshold, {threshold}, because lower scores become it.");
        var score = minScore ?? Math.Min(Prior, threshold / 2);
        // A score is then the square root of the product of two sigmoids, each at most 1.
        if (model.Model.BoxOutputs.HasCenterness)
            score *= score;
        return score > 0 && !model.HasBackgroundOutput ? (float)Math.Log(score / (1 - score)) : null;
    }

    /// <summary>
    /// Returns the ranges with those of the heads' outputs replaced: one range for all pyramid levels, so that an object that no calibration image shows at a level does not
    /// exceed it, and for logits with the floor as the lower end.
    /// </summary>
    /// <param name="graph">The graph of the model.</param>
    /// <param name="ranges">The ranges that calibration found.</param>
    /// <param name="floor">The floor of the logits; null: none.</param>
    public static IReadOnlyDictionary<string, TensorRange> Apply(QuantizableGraph graph, IReadOnlyDictionary<string, TensorRange> ranges, float? floor)
    {
        var adjusted = new Dictionary<string, TensorRange>(ranges);
        foreach (var head in graph.Predictors.GroupBy(QuantizableGraph.IsClassification))
        {
            var range = head.Aggregate(TensorRange.Empty, (all, convolution) => all.Include(ranges[convolution.Output]));
            if (head.Key && floor is { } low)
                range = new(Math.Max(range.Low, low), Math.Max(range.High, low));
            foreach (var convolution in head)
                adjusted[convolution.Output] = range;
        }

        return adjusted;
    }
}
