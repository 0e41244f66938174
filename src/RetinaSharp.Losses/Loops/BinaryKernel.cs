using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>Evaluates a loss of <c>x_t</c>; for target 0, x_t is the negated logit, so the sign of the derivative changes.</summary>
/// <param name="loss">The loss.</param>
internal readonly struct BinaryKernel<TLoss>(TLoss loss) : ILossKernel where TLoss : struct, IBinaryLoss
{
    private readonly TLoss _loss = loss;

    public double? Alpha => _loss.Alpha;

    public bool IsSeparable => true;

    public int Classes => 0;

    public void Evaluate(double logit, double target, LogitWeights weights, int column, out double value, out double derivative)
    {
        var (positive, negative) = (target * weights.Positive * weights.Common, (1 - target) * weights.Negative * weights.Common);
        (value, derivative) = (0, 0);
        // A term with weight 0 is skipped: its loss may be infinite.
        if (positive != 0)
        {
            _loss.Evaluate(logit, out var loss, out var derivativeByXt);
            (value, derivative) = (positive * loss, positive * derivativeByXt);
        }

        if (negative != 0)
        {
            _loss.Evaluate(-logit, out var loss, out var derivativeByXt);
            (value, derivative) = (value + negative * loss, derivative - negative * derivativeByXt);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EvaluateBackground<TLanes>(TLanes logit, TLanes weight, nint index, out TLanes value, out TLanes derivative)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        _loss.Evaluate(-logit, out value, out derivative);
        value *= weight;
        derivative *= -weight;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EvaluateHard<TLanes>(
        TLanes logit, TLanes positive, TLanes positiveWeight, TLanes negativeWeight, nint index, out TLanes value, out TLanes derivative)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        _loss.Evaluate(TLanes.Select(positive, logit, -logit), out value, out derivative);
        value *= TLanes.Select(positive, positiveWeight, negativeWeight);
        derivative *= TLanes.Select(positive, positiveWeight, -negativeWeight);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EvaluateSoft<TLanes>(
        TLanes logit, TLanes target, TLanes positiveWeight, TLanes negativeWeight, nint index, out TLanes value, out TLanes derivative)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var rest = LaneMath<TLanes>.One - target;
        _loss.Evaluate(logit, out var positive, out var positiveDerivative);
        _loss.Evaluate(-logit, out var negative, out var negativeDerivative);
        value = target * (positive * positiveWeight) + rest * (negative * negativeWeight);
        derivative = target * (positiveDerivative * positiveWeight) - rest * (negativeDerivative * negativeWeight);
    }
}
