using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Loops;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses;

/// <summary>
/// Focal loss of the shifted probability <c>p_m = max(1 - p_t - m, 0)</c> of being wrong: <c>-p_m^γ log(1 - p_m)</c>. It is the negatives' part of
/// <see cref="AsymmetricLoss"/>, where <c>1 - p_t</c> is the predicted probability.
/// </summary>
/// <param name="gamma">γ, in [0, 1000].</param>
/// <param name="margin">The margin m, greater than 0.</param>
internal readonly struct ShiftedFocalLoss(double gamma, double margin) : IBinaryLoss
{
    private readonly float _gamma = (float)gamma;
    private readonly float _margin = (float)margin;

    public double? Alpha => null;

    void ISigmoidLoss.Accept<TVisitor>(ref TVisitor visitor) => visitor.Visit(new BinaryKernel<ShiftedFocalLoss>(this));

    public void Evaluate(double logit, out double value, out double derivative)
    {
        var (complement, p, _) = Sigmoid.Compute(logit);
        var shifted = p - margin;
        (value, derivative) = (0, 0);
        if (shifted <= 0)
            return;
        // 1 - p_m, which is at least m.
        var rest = complement + margin;
        var crossEntropy = shifted > .5 ? -Math.Log(rest) : -Sigmoid.Log1P(-shifted);
        var weight = gamma == 0 ? 1 : Math.Pow(shifted, gamma);
        value = weight * crossEntropy;
        derivative = -(p * complement * weight * (1 / rest + gamma * (crossEntropy / shifted)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void IBinaryLoss.Evaluate<TLanes>(TLanes logit, out TLanes value, out TLanes derivative)
    {
        var one = LaneMath<TLanes>.One;
        var e = LaneMath<TLanes>.Exp(-TLanes.Abs(logit));
        var r = one / (one + e);
        var negative = TLanes.Less(logit, default);
        var complement = TLanes.Select(negative, e * r, r);
        var p = TLanes.Select(negative, r, e * r);
        var margin = TLanes.Create(_margin);
        var shifted = p - margin;
        var isZero = TLanes.Less(p, margin) | TLanes.Equal(p, margin);
        // 1 - p_m, which is at least m. For a small p_m its rounding error corrects the logarithm, which would be coarse.
        var rest = complement + margin;
        var inverse = one / rest;
        var error = TLanes.Less(shifted, TLanes.Create(.5f)) & ((one - rest) - shifted);
        var crossEntropy = TLanes.Fma(error, -inverse, -LaneMath<TLanes>.Log(rest));
        var square = shifted * shifted;
        var weight = _gamma switch
        {
            0 => one,
            1 => shifted,
            2 => square,
            4 => square * square,
            _ => LaneMath<TLanes>.Exp(TLanes.Create(_gamma) * LaneMath<TLanes>.Log(shifted)),
        };
        value = TLanes.Select(isZero, default, weight * crossEntropy);
        derivative = -TLanes.Select(isZero, default, p * complement * weight * TLanes.Fma(TLanes.Create(_gamma), crossEntropy / shifted, inverse));
    }
}
