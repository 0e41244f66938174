using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Loops;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses;

/// <summary>
/// Varifocal loss (Zhang et al., <a href="https://arxiv.org/abs/2008.13367">VarifocalNet</a>): <c>q CE(p, q)</c> for a positive of quality q &gt; 0,
/// such as the IoU of its predicted box, and <c>-α p^γ log(1 - p)</c> for negatives, whose target is 0. Only negatives are down-weighted by γ;
/// positives count by their quality. The derivative with respect to the logit is <c>q (p - q)</c> for positives, and α times that of
/// <see cref="FocalLoss"/> for negatives.
/// </summary>
/// <remarks>α is a factor of the negatives alone, unlike the α of focal loss. <c>default</c> has α = 0 and γ = 0, which leaves out negatives.</remarks>
public readonly struct VarifocalLoss : ISigmoidLoss, ILossKernel
{
    private readonly FocalLoss _negative;
    private readonly float _alpha;

    /// <summary>Creates the loss with the paper's parameters, α = .75 and γ = 2.</summary>
    public VarifocalLoss() : this(.75)
    {
    }

    /// <summary>Creates the loss.</summary>
    /// <param name="alpha">α, the weight of the negatives, 0 or more.</param>
    /// <param name="gamma">γ, 0 or more: the greater, the less weight well-classified negatives get.</param>
    /// <exception cref="ArgumentOutOfRangeException">α or γ is negative or not finite.</exception>
    public VarifocalLoss(double alpha, double gamma = 2)
    {
        if (!(alpha >= 0 && float.IsFinite((float)alpha)))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "alpha of the varifocal loss must be finite and 0 or more");
        Alpha = alpha;
        _alpha = (float)alpha;
        _negative = new(gamma, alpha: null);
    }

    /// <summary>α, the weight of the negatives.</summary>
    public double Alpha { get; }

    /// <summary>γ, the focusing parameter of the negatives.</summary>
    public double Gamma => _negative.Gamma;

    double? ILossKernel.Alpha => null;

    bool ILossKernel.IsSeparable => false;

    int ILossKernel.Classes => 0;

    void ISigmoidLoss.Accept<TVisitor>(ref TVisitor visitor) => visitor.Visit(this);

    void ILossKernel.Evaluate(double logit, double target, LogitWeights weights, int column, out double value, out double derivative)
    {
        if (target == 0)
        {
            _negative.Evaluate(-logit, out var loss, out var derivativeByXt);
            (value, derivative) = (Alpha * weights.Common * loss, -Alpha * weights.Common * derivativeByXt);
            return;
        }

        var crossEntropy = Sigmoid.CrossEntropy(logit, target, out var difference, out _);
        (value, derivative) = (target * weights.Common * crossEntropy, target * weights.Common * difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void ILossKernel.EvaluateBackground<TLanes>(TLanes logit, TLanes weight, nint index, out TLanes value, out TLanes derivative) =>
        EvaluateNegative(logit, weight, out value, out derivative);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void ILossKernel.EvaluateHard<TLanes>(
        TLanes logit, TLanes positive, TLanes positiveWeight, TLanes negativeWeight, nint index, out TLanes value, out TLanes derivative) =>
        Evaluate(logit, positive & LaneMath<TLanes>.One, positiveWeight, out value, out derivative);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void ILossKernel.EvaluateSoft<TLanes>(
        TLanes logit, TLanes target, TLanes positiveWeight, TLanes negativeWeight, nint index, out TLanes value, out TLanes derivative) =>
        Evaluate(logit, target, positiveWeight, out value, out derivative);

    // Not inlined: rows with a positive are few, and the loop has no budget for two losses.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void Evaluate<TLanes>(TLanes logit, TLanes target, TLanes weight, out TLanes value, out TLanes derivative)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        EvaluateNegative(logit, weight, out var negative, out var negativeDerivative);
        LaneMath<TLanes>.CrossEntropy(logit, target, out var crossEntropy, out var difference, out _, out _);
        var isNegative = TLanes.Equal(target, default);
        value = TLanes.Select(isNegative, negative, target * weight * crossEntropy);
        derivative = TLanes.Select(isNegative, negativeDerivative, target * weight * difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EvaluateNegative<TLanes>(TLanes logit, TLanes weight, out TLanes value, out TLanes derivative) where TLanes : unmanaged, ILanes<TLanes>
    {
        new BinaryKernel<FocalLoss>(_negative).EvaluateBackground(logit, TLanes.Create(_alpha) * weight, 0, out value, out derivative);
        // An α above 1 may carry the loss of the largest logits beyond fp32.
        value = LaneMath<TLanes>.Saturate(value);
    }
}
