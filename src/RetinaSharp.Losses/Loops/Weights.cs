namespace RetinaSharp.Losses.Loops;

/// <summary>What a loss and its gradient are multiplied by.</summary>
/// <param name="alpha">α, or null.</param>
/// <param name="scale">Factor of the sum and of the gradient.</param>
internal readonly struct Weights(double? alpha, float scale)
{
    public readonly float Positive = (float)(alpha ?? 1);
    public readonly float Negative = (float)(1 - alpha ?? 1);

    /// <summary>Weight of the derivative by the logit where y = 1.</summary>
    public readonly float PositiveSlope = (float)((alpha ?? 1) * scale);

    /// <summary>The same where y = 0: there the logit is <c>-x_t</c>.</summary>
    public readonly float NegativeSlope = (float)-((1 - alpha ?? 1) * scale);
}
