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
}
