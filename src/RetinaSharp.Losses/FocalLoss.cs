using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses;

/// <summary>
/// Focal loss (Lin et al., Focal Loss for Dense Object Detection): <c>FL = -(1 - p_t)^γ log p_t</c>, with derivative
/// <c>(1 - p_t)^γ (γ p_t log p_t + p_t - 1)</c>, in log-space and in closed form, so that both are finite for every γ and every finite
/// logit. γ = 0 is <see cref="CrossEntropy"/>, to the bit; <c>default</c> is that, without α.
/// </summary>
public readonly struct FocalLoss : IBinaryLoss
{
    // Beyond this (1 - p_t)^γ is 0 in single, so that the exponent need not grow on; it keeps infinity out.
    private const double LargestExponent = 128;

    private readonly float _gamma;
    private readonly float _gammaRest;
    private readonly float _largestLogit;

    /// <summary>Makes the loss of the paper: γ = 2, α = .25.</summary>
    public FocalLoss() : this(2, .25)
    {
    }

    /// <summary>Makes the loss.</summary>
    /// <param name="gamma">γ, 0 or more, how much easy examples are weighed down; the paper studies 0 to 5.</param>
    /// <param name="alpha">Weight of the positives in [0, 1], negatives get the rest; null weighs both 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">γ is negative or not finite, or α outside of [0, 1].</exception>
    public FocalLoss(double gamma, double? alpha = .25)
    {
        if (!(gamma >= 0 && double.IsFinite(gamma)))
            throw new ArgumentOutOfRangeException(nameof(gamma), gamma, "gamma is 0 or more and finite");
        Gamma = gamma;
        Alpha = AlphaRange.Check(alpha, nameof(alpha));
        _gamma = (float)Math.Min(gamma, float.MaxValue);
        _gammaRest = (float)Math.Min(gamma - _gamma, float.MaxValue);
        _largestLogit = (float)Math.Min(LargestExponent / gamma, float.MaxValue);
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
        // γ p log p in this order: at the far end p is 0 and γ log p may be infinite.
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
        // The branches are the same for all of a call: they cost little. The two usual exponents need no second exp.
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
    /// exp(-γ softplus(x)). A rounded exponent of -69, where the result is 1e-30, would cost 4e-6 of it, so what its product
    /// loses in rounding is carried along, and what γ itself lost.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLanes Power<TLanes>(TLanes logit, TLanes log1P) where TLanes : unmanaged, ILanes<TLanes>
    {
        var minusGamma = TLanes.Create(-_gamma);
        var largest = TLanes.Create(_largestLogit);
        var linear = LaneMath<TLanes>.Positive(logit);
        linear = TLanes.Select(TLanes.Less(linear, largest), linear, largest);
        var high = minusGamma * linear;
        var low = TLanes.Fma(minusGamma, log1P, TLanes.Fma(minusGamma, linear, -high));
        low = TLanes.Fma(TLanes.Create(-_gammaRest), linear, low);
        return LaneMath<TLanes>.Exp(high, low);
    }
}
