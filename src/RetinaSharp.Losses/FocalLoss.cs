using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Loops;
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
        _maxLogit = MaxLogit(gamma);
    }

    /// <summary>γ, the focusing parameter.</summary>
    public double Gamma { get; }

    /// <inheritdoc/>
    public double? Alpha { get; }

    /// <inheritdoc/>
    public void Evaluate(double logit, out double value, out double derivative)
    {
        var (weight, (p, complement, crossEntropy)) = Modulate(logit);
        value = weight * crossEntropy;
        // γ (p log p) in this order: p underflows to 0 where γ log p may be infinite.
        derivative = Gamma == 0 ? -complement : -(weight * (Gamma * (p * crossEntropy) + complement));
    }

    void ISigmoidLoss.Accept<TVisitor>(ref TVisitor visitor) => visitor.Visit(new BinaryKernel<FocalLoss>(this));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void IBinaryLoss.Evaluate<TLanes>(TLanes logit, out TLanes value, out TLanes derivative)
    {
        Modulate(logit, out var weight, out var p, out var complement, out var crossEntropy);
        if (Gamma == 0)
        {
            value = crossEntropy;
            derivative = -complement;
            return;
        }

        value = weight * crossEntropy;
        derivative = -(weight * TLanes.Fma(TLanes.Create(_gamma), p * crossEntropy, complement));
    }

    /// <summary>Returns the logit beyond which (1 - p_t)^γ is 0 in fp32.</summary>
    internal static float MaxLogit(double gamma) => (float)Math.Min(MaxExponent / gamma, float.MaxValue);

    /// <summary>Computes the modulating factor (1 - p_t)^γ, and the sigmoid that it is the factor of.</summary>
    internal (double Weight, Sigmoid Sigmoid) Modulate(double logit)
    {
        var sigmoid = Sigmoid.Compute(logit);
        // -log (1 - p) = x - log p.
        var weight = Gamma switch
        {
            0 => 1,
            1 => sigmoid.Complement,
            2 => sigmoid.Complement * sigmoid.Complement,
            _ => Math.Exp(-Gamma * (logit > 0 ? logit + sigmoid.NegativeLog : Sigmoid.Compute(-logit).NegativeLog)),
        };
        return (weight, sigmoid);
    }

    /// <summary>Computes the modulating factor (1 - p_t)^γ, p_t, 1 - p_t and -log p_t.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Modulate<TLanes>(TLanes logit, out TLanes weight, out TLanes p, out TLanes complement, out TLanes crossEntropy)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var e = LaneMath<TLanes>.Exp(-TLanes.Abs(logit));
        var r = LaneMath<TLanes>.One / (LaneMath<TLanes>.One + e);
        var log1P = LaneMath<TLanes>.Log1P(e);
        var negative = TLanes.Less(logit, default);
        crossEntropy = LaneMath<TLanes>.Positive(-logit) + log1P;
        complement = TLanes.Select(negative, r, e * r);
        p = TLanes.Select(negative, e * r, r);
        // These branches take the same path for all logits of a call, so they cost little. γ = 1 and γ = 2 need no second exponential.
        weight = _gamma switch
        {
            0 => LaneMath<TLanes>.One,
            1 => complement,
            2 => complement * complement,
            _ => LaneMath<TLanes>.PowerOfComplement(logit, log1P, TLanes.Create(_gamma), TLanes.Create(_gammaLow), TLanes.Create(_maxLogit)),
        };
    }
}
