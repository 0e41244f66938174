using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses;

/// <summary>
/// Focal loss (Lin et al., <a href="https://arxiv.org/abs/1708.02002">Focal Loss for Dense Object Detection</a>): <c>FL = -(1 - p_t)^γ log
/// p_t</c>, with derivative <c>(1 - p_t)^γ (γ p_t log p_t + p_t - 1)</c> with respect to <c>x_t</c>. Both are computed in log space and in
/// closed form, and are finite for every γ and every finite logit. γ = 0 equals <see cref="CrossEntropy"/> bit for bit; <c>default</c> has
/// γ = 0 and no α.
/// </summary>
public readonly struct FocalLoss : IBinaryLoss
{
    // Beyond this exponent (1 - p_t)^γ is 0 in fp32. The clamp keeps the exponent from becoming infinite.
    private const double MaxExponent = 128;

    private readonly float _gamma;
    private readonly float _gammaLow;
    private readonly float _maxLogit;

    /// <summary>Creates the loss with the paper's parameters, γ = 2 and α = .25.</summary>
    public FocalLoss() : this(2, .25)
    {
    }

    /// <summary>Creates the loss.</summary>
    /// <param name="gamma">γ, 0 or more: the greater, the less weight well-classified examples get. The paper studies 0 to 5.</param>
    /// <param name="alpha">Weight of the positives, in [0, 1]; negatives have weight 1 - α. Null gives both weight 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">γ is negative or not finite, or α is not in [0, 1].</exception>
    public FocalLoss(double gamma, double? alpha = .25)
    {
        if (!(gamma >= 0 && double.IsFinite(gamma)))
            throw new ArgumentOutOfRangeException(nameof(gamma), gamma, "gamma must be finite and 0 or more");
        Gamma = gamma;
        Alpha = AlphaRange.Check(alpha, nameof(alpha));
        _gamma = (float)Math.Min(gamma, float.MaxValue);
        _gammaLow = (float)Math.Min(gamma - _gamma, float.MaxValue);
        _maxLogit = (float)Math.Min(MaxExponent / gamma, float.MaxValue);
    }

    /// <summary>γ, the focusing parameter.</summary>
    public double Gamma { get; }

    /// <inheritdoc/>
    public double? Alpha { get; }

    /// <inheritdoc/>
    public void Evaluate(double logit, out double value, out double derivative)
    {
        var (p, complement, crossEntropy) = Sigmoid.Compute(logit);
        // -log (1 - p) = x - log p.
        var weight = Gamma switch
        {
            0 => 1,
            1 => complement,
            2 => complement * complement,
            _ => Math.Exp(-Gamma * (logit > 0 ? logit + crossEntropy : Sigmoid.Compute(-logit).NegativeLog)),
        };
        value = weight * crossEntropy;
        // γ (p log p) in this order: p underflows to 0 where γ log p may be infinite.
        derivative = Gamma == 0 ? -complement : -(weight * (Gamma * (p * crossEntropy) + complement));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void IBinaryLoss.Evaluate<TLanes>(TLanes logit, out TLanes value, out TLanes derivative)
    {
        var e = LaneMath<TLanes>.Exp(-TLanes.Abs(logit));
        var r = LaneMath<TLanes>.One / (LaneMath<TLanes>.One + e);
        var log1P = LaneMath<TLanes>.Log1P(e);
        var crossEntropy = LaneMath<TLanes>.Positive(-logit) + log1P;
        var negative = TLanes.Less(logit, default);
        var complement = TLanes.Select(negative, r, e * r);
        if (Gamma == 0)
        {
            value = crossEntropy;
            derivative = -complement;
            return;
        }
        // These branches take the same path for all logits of a call, so they cost little. γ = 1 and γ = 2 need no second exponential.
        var weight = _gamma switch
        {
            1 => complement,
            2 => complement * complement,
            _ => Power(logit, log1P),
        };
        var p = TLanes.Select(negative, e * r, r);
        value = weight * crossEntropy;
        derivative = -(weight * TLanes.Fma(TLanes.Create(_gamma), p * crossEntropy, complement));
    }

    /// <summary>
    /// Computes exp(-γ softplus(x)) = (1 - p_t)^γ. Rounding an exponent of -69, where the result is 1e-30, would give a relative error of
    /// 4e-6, so the rounding errors of the product and of γ are carried along.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLanes Power<TLanes>(TLanes logit, TLanes log1P) where TLanes : unmanaged, ILanes<TLanes>
    {
        var minusGamma = TLanes.Create(-_gamma);
        var maximum = TLanes.Create(_maxLogit);
        var linear = LaneMath<TLanes>.Positive(logit);
        linear = TLanes.Select(TLanes.Less(linear, maximum), linear, maximum);
        var high = minusGamma * linear;
        var low = TLanes.Fma(minusGamma, log1P, TLanes.Fma(minusGamma, linear, -high));
        low = TLanes.Fma(TLanes.Create(-_gammaLow), linear, low);
        return LaneMath<TLanes>.Exp(high, low);
    }
}
