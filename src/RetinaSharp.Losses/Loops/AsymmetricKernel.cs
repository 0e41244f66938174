using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>Evaluates a loss of <c>x_t</c> for positives and another for negatives.</summary>
/// <param name="positive">The loss of positives.</param>
/// <param name="negative">The loss of negatives, whose x_t is the negated logit.</param>
internal readonly struct AsymmetricKernel<TNegative>(FocalLoss positive, TNegative negative) : ILossKernel where TNegative : struct, IBinaryLoss
{
    private readonly BinaryKernel<FocalLoss> _positive = new(positive);
    private readonly BinaryKernel<TNegative> _negative = new(negative);

    public double? Alpha => null;

    public bool IsSeparable => true;

    public int Classes => 0;

    public void Evaluate(double logit, double target, LogitWeights weights, int column, out double value, out double derivative)
    {
        // Each kernel is called with hard targets only.
        var (positiveWeights, negativeWeights) = (weights with { Common = target * weights.Common }, weights with { Common = (1 - target) * weights.Common });
        _positive.Evaluate(logit, 1, positiveWeights, column, out var positive, out var positiveDerivative);
        _negative.Evaluate(logit, 0, negativeWeights, column, out var negative, out var negativeDerivative);
        (value, derivative) = (positive + negative, positiveDerivative + negativeDerivative);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EvaluateBackground<TLanes>(TLanes logit, TLanes weight, nint index, out TLanes value, out TLanes derivative)
        where TLanes : unmanaged, ILanes<TLanes> => _negative.EvaluateBackground(logit, weight, index, out value, out derivative);

    // Not inlined: rows with a positive are few, and the loop has no budget for two losses.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public void EvaluateHard<TLanes>(
        TLanes logit, TLanes positive, TLanes positiveWeight, TLanes negativeWeight, nint index, out TLanes value, out TLanes derivative)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        _negative.EvaluateBackground(logit, negativeWeight, index, out var negativeValue, out var negativeDerivative);
        _positive.EvaluateHard(logit, TLanes.Equal(logit, logit), positiveWeight, negativeWeight, index, out value, out derivative);
        value = TLanes.Select(positive, value, negativeValue);
        derivative = TLanes.Select(positive, derivative, negativeDerivative);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EvaluateSoft<TLanes>(
        TLanes logit, TLanes target, TLanes positiveWeight, TLanes negativeWeight, nint index, out TLanes value, out TLanes derivative)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var rest = LaneMath<TLanes>.One - target;
        _negative.EvaluateBackground(logit, negativeWeight, index, out var negativeValue, out var negativeDerivative);
        _positive.EvaluateHard(logit, TLanes.Equal(logit, logit), positiveWeight, negativeWeight, index, out value, out derivative);
        value = target * value + rest * negativeValue;
        derivative = target * derivative + rest * negativeDerivative;
    }
}
