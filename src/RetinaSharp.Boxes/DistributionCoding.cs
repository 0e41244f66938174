namespace RetinaSharp.Boxes;

/// <summary>
/// A distribution of the distance from the anchor's center to each side of the box (left, top, right, bottom): the softmax of n + 1 logits, for the distances
/// 0 to n in strides. The decoded distance is the mean of the distribution (Li et al.,
/// <a href="https://arxiv.org/abs/2006.04388">Generalized Focal Loss</a>). The size of the anchor has no effect.
/// </summary>
public sealed class DistributionCoding : BoxCoding
{
    private const int Sides = 4;

    internal DistributionCoding(int bins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        Bins = bins;
    }

    /// <summary>n, the greatest distance in strides.</summary>
    public int Bins { get; }

    /// <inheritdoc/>
    public override int Outputs => Sides * (Bins + 1);

    /// <inheritdoc/>
    public override Box Decode(Box anchor, float stride, ReadOnlySpan<float> outputs) =>
        new BoxDistances(Mean(outputs, 0), Mean(outputs, 1), Mean(outputs, 2), Mean(outputs, 3)).Decode(anchor, stride);

    /// <inheritdoc/>
    public override void Backward(Box anchor, float stride, ReadOnlySpan<float> outputs, Box corners, Span<float> gradient)
    {
        Backward(outputs, 0, -stride * corners.X1, gradient);
        Backward(outputs, 1, -stride * corners.Y1, gradient);
        Backward(outputs, 2, stride * corners.X2, gradient);
        Backward(outputs, 3, stride * corners.Y2, gradient);
    }

    /// <summary>
    /// Computes the distribution focal loss of an anchor and adds its gradient: for each side, the cross entropy of the two distances next to the target,
    /// weighted by their proximity, then the mean over the sides.
    /// </summary>
    /// <param name="anchor">The anchor, in pixels.</param>
    /// <param name="stride">Stride of the anchor's pyramid level, in pixels.</param>
    /// <param name="outputs">The head's outputs for the anchor, [<see cref="Outputs"/>].</param>
    /// <param name="target">The ground-truth box. Distances are clamped to [0, <see cref="Bins"/>].</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <param name="gradient">The gradient with respect to the outputs times <paramref name="scale"/> is added to these, [<see cref="Outputs"/>].</param>
    /// <returns>The loss without <paramref name="scale"/>.</returns>
    public double DistributionFocalLoss(Box anchor, float stride, ReadOnlySpan<float> outputs, Box target, float scale, Span<float> gradient)
    {
        var encoded = BoxDistances.Encode(anchor, stride, target);
        ReadOnlySpan<float> distances = [encoded.Left, encoded.Top, encoded.Right, encoded.Bottom];
        var sum = 0.0;
        Span<float> probabilities = stackalloc float[Bins + 1];
        for (var side = 0; side < Sides; side++)
        {
            var distance = Math.Clamp(distances[side], 0, Bins);
            var lower = Math.Min((int)distance, Bins - 1);
            var upperWeight = distance - lower;
            var logSum = Softmax(Side(outputs, side), probabilities);
            var logits = Side(outputs, side);
            sum += logSum - (1 - upperWeight) * logits[lower] - upperWeight * logits[lower + 1];
            var to = gradient.Slice(side * (Bins + 1), Bins + 1);
            for (var i = 0; i <= Bins; i++)
                to[i] += scale / Sides * (probabilities[i] - (i == lower ? 1 - upperWeight : i == lower + 1 ? upperWeight : 0));
        }

        return sum / Sides;
    }

    private ReadOnlySpan<float> Side(ReadOnlySpan<float> outputs, int side) => outputs.Slice(side * (Bins + 1), Bins + 1);

    private float Mean(ReadOnlySpan<float> outputs, int side)
    {
        Span<float> probabilities = stackalloc float[Bins + 1];
        Softmax(Side(outputs, side), probabilities);
        return Mean(probabilities);
    }

    private static float Mean(ReadOnlySpan<float> probabilities)
    {
        var mean = 0f;
        for (var i = 1; i < probabilities.Length; i++)
            mean += i * probabilities[i];
        return mean;
    }

    // The derivative of the mean m with respect to logit i is p_i (i - m).
    private void Backward(ReadOnlySpan<float> outputs, int side, float derivative, Span<float> gradient)
    {
        Span<float> probabilities = stackalloc float[Bins + 1];
        Softmax(Side(outputs, side), probabilities);
        var mean = Mean(probabilities);
        for (var i = 0; i <= Bins; i++)
            gradient[side * (Bins + 1) + i] = derivative * probabilities[i] * (i - mean);
    }

    /// <summary>Computes the softmax; returns the logarithm of the sum of the exponentials.</summary>
    private static double Softmax(ReadOnlySpan<float> logits, Span<float> probabilities)
    {
        var greatest = float.NegativeInfinity;
        foreach (var logit in logits)
            greatest = Math.Max(greatest, logit);
        var sum = 0f;
        for (var i = 0; i < logits.Length; i++)
            sum += probabilities[i] = MathF.Exp(logits[i] - greatest);
        for (var i = 0; i < logits.Length; i++)
            probabilities[i] /= sum;
        return greatest + Math.Log(sum);
    }
}
