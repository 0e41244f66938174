using System.Buffers;

namespace RetinaSharp.Detection.Assignment;

/// <summary>
/// The binary cross entropy of an anchor's logits with the targets of one class, summed over all classes; the part that all classes share is computed once for
/// each anchor. As in PyTorch's <c>binary_cross_entropy</c>, the value of one logit is at most 100, so that infinite logits have a finite cost. Not thread-safe.
/// </summary>
internal sealed class ClassificationCost : IDisposable
{
    private const double MaxEntropy = 100;
    private readonly AnchorPredictions _predictions;
    // The cost if no class is the target, by anchor; NaN until it is computed.
    private readonly double[] _background;

    public ClassificationCost(AnchorPredictions predictions, int anchors)
    {
        _predictions = predictions;
        _background = ArrayPool<double>.Shared.Rent(anchors);
        _background.AsSpan(0, anchors).Fill(double.NaN);
    }

    /// <summary>Computes the cost of an anchor; NaN if a logit is NaN.</summary>
    public double Compute(int anchor, int classIndex)
    {
        var logits = _predictions.Logits(anchor);
        ref var background = ref _background[anchor];
        if (double.IsNaN(background))
        {
            background = 0;
            foreach (var logit in logits)
                background += Entropy(logit);
        }

        return background - Entropy(logits[classIndex]) + Entropy(-logits[classIndex]);
    }

    public void Dispose() => ArrayPool<double>.Shared.Return(_background);

    // -log(1 - sigmoid(x)) = log(1 + exp(x)), without overflow.
    private static double Entropy(double logit) => Math.Min(Math.Max(logit, 0) + Math.Log(1 + Math.Exp(-Math.Abs(logit))), MaxEntropy);
}
