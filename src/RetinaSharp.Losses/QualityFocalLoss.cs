using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Loops;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses;

/// <summary>
/// Quality focal loss (Li et al., <a href="https://arxiv.org/abs/2006.04388">Generalized Focal Loss</a>): <c>QFL = |y - p|^β CE(p, y)</c> with
/// the cross entropy <c>CE = -y log p - (1 - y) log(1 - p)</c>. The target y in [0, 1] is the quality of a positive, such as the IoU of its
/// predicted box, and 0 elsewhere. The derivative with respect to the logit is <c>|y - p|^β (p - y) + β |y - p|^β (p (1 - p) / (p - y)) CE</c>.
/// </summary>
/// <remarks>
/// For y = 0 and y = 1 it equals <see cref="FocalLoss"/> with γ = β, without α, bit for bit. For β &lt; 1 the derivative is unbounded around
/// p = y; it is 0 where p and y are the same number. <c>default</c> has β = 0 and is cross entropy.
/// </remarks>
public readonly struct QualityFocalLoss : ISigmoidLoss, ILossKernel
{
    private readonly BinaryKernel<FocalLoss> _hard;
    private readonly float _beta;

    /// <summary>Creates the loss with the paper's parameter, β = 2.</summary>
    public QualityFocalLoss() : this(2)
    {
    }

    /// <summary>Creates the loss.</summary>
    /// <param name="beta">β, in [0, 1000]: the greater, the less weight logits near their target get. The paper studies 0 to 2.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">β is not in [0, 1000].</exception>
    public QualityFocalLoss(double beta)
    {
        if (beta is not (>= 0 and <= 1000))
            throw new ArgumentOutOfRangeException(nameof(beta), beta, "beta must be in [0, 1000]");
        Beta = beta;
        _hard = new(new FocalLoss(beta, alpha: null));
        _beta = (float)beta;
    }

    /// <summary>β, the focusing parameter.</summary>
    public double Beta { get; }

    double? ILossKernel.Alpha => null;

    bool ILossKernel.IsSeparable => false;

    int ILossKernel.Classes => 0;

    void ISigmoidLoss.Accept<TVisitor>(ref TVisitor visitor) => visitor.Visit(this);

    void ILossKernel.Evaluate(double logit, double target, LogitWeights weights, int column, out double value, out double derivative)
    {
        if (target is 0 or 1)
        {
            _hard.Evaluate(logit, target, weights, column, out value, out derivative);
            return;
        }

        var crossEntropy = Sigmoid.CrossEntropy(logit, target, out var difference, out var slope);
        var weight = Beta == 0 ? 1 : Math.Pow(Math.Abs(difference), Beta);
        value = weights.Common * weight * crossEntropy;
        derivative = weights.Common * weight * (difference + (difference == 0 ? 0 : Beta * (slope / difference * crossEntropy)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void ILossKernel.EvaluateBackground<TLanes>(TLanes logit, TLanes weight, nint index, out TLanes value, out TLanes derivative) =>
        _hard.EvaluateBackground(logit, weight, index, out value, out derivative);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void ILossKernel.EvaluateHard<TLanes>(
        TLanes logit, TLanes positive, TLanes positiveWeight, TLanes negativeWeight, nint index, out TLanes value, out TLanes derivative) =>
        _hard.EvaluateHard(logit, positive, positiveWeight, negativeWeight, index, out value, out derivative);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void ILossKernel.EvaluateSoft<TLanes>(
        TLanes logit, TLanes target, TLanes positiveWeight, TLanes negativeWeight, nint index, out TLanes value, out TLanes derivative)
    {
        LaneMath<TLanes>.CrossEntropy(logit, target, out var crossEntropy, out var difference, out var p, out var complement);
        var distance = TLanes.Abs(difference);
        var isExact = TLanes.Equal(distance, default);
        var weight = _beta switch
        {
            0 => LaneMath<TLanes>.One,
            1 => distance,
            2 => distance * distance,
            _ => TLanes.Select(isExact, default, LaneMath<TLanes>.Exp(TLanes.Create(_beta) * LaneMath<TLanes>.Log(distance))),
        };
        // The quotient first: it is at most about 2^24, while the cross entropy may be as large as the logit.
        var slope = TLanes.Select(isExact, default, p * complement / difference * crossEntropy);
        value = weight * crossEntropy * positiveWeight;
        derivative = weight * TLanes.Fma(TLanes.Create(_beta), slope, difference) * positiveWeight;

        var positive = TLanes.Equal(target, LaneMath<TLanes>.One);
        var isHard = positive | TLanes.Equal(target, default);
        _hard.EvaluateHard(logit, positive, positiveWeight, negativeWeight, index, out var hardValue, out var hardDerivative);
        value = TLanes.Select(isHard, hardValue, value);
        derivative = TLanes.Select(isHard, hardDerivative, derivative);
    }
}
