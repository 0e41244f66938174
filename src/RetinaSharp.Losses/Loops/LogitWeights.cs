namespace RetinaSharp.Losses.Loops;

/// <summary>The weights of one logit's loss in double precision.</summary>
/// <param name="Positive">Weight of target 1: α.</param>
/// <param name="Negative">Weight of target 0: 1 - α.</param>
/// <param name="Common">Factor of both.</param>
internal readonly record struct LogitWeights(double Positive, double Negative, double Common)
{
    public LogitWeights(double? alpha, double common) : this(alpha ?? 1, 1 - alpha ?? 1, common)
    {
    }
}
