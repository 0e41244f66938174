using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Loops;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses;

/// <summary>
/// The alternative focal loss FL* of the focal loss paper (appendix A): <c>FL* = -log σ(γ x_t + β) / γ</c>, with derivative
/// <c>σ(γ x_t + β) - 1</c> with respect to <c>x_t</c>, the logit of a positive or the negated logit of a negative. It is a cross entropy
/// with steepness γ and shift β, and like the focal loss it gives well-classified examples little weight. With γ = 1 and β = 0, and for
/// <c>default</c>, it equals <see cref="CrossEntropy"/> bit for bit.
/// </summary>
public readonly struct FocalStarLoss : IBinaryLoss
{
    // Limit of |γ x_t|, which prevents infinity. The part of x_t beyond the limit is added to the value of the loss.
    private const double MaxExponent = 1e30;

    // γ as passed to the constructor; 0 in the default value, where it means 1.
    private readonly double _givenGamma;
    private readonly float _gamma;
    private readonly float _gammaLow;
    private readonly float _beta;
    private readonly float _inverse;
    private readonly float _maxLogit;

    /// <summary>Creates the loss.</summary>
    /// <param name="gamma">The steepness γ, greater than 0; the paper studies 1 to 5.</param>
    /// <param name="beta">The shift β, finite; the paper studies 0 to 4.</param>
    /// <param name="alpha">Weight of the positives, in [0, 1]; negatives have weight 1 - α. Null gives both weight 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// γ is not greater than 0, γ or β is not finite in fp32, or α is not in [0, 1].
    /// </exception>
    public FocalStarLoss(double gamma, double beta = 0, double? alpha = null)
    {
        if (!((float)gamma > 0 && float.IsFinite(1 / (float)gamma) && float.IsFinite((float)gamma)))
            throw new ArgumentOutOfRangeException(nameof(gamma), gamma, "gamma of FL* must be finite and greater than 0");
        if (!float.IsFinite((float)beta))
            throw new ArgumentOutOfRangeException(nameof(beta), beta, "beta must be finite");
        _givenGamma = gamma;
        Beta = beta;
        Alpha = AlphaRange.Check(alpha, nameof(alpha));
        _gamma = (float)gamma;
        _gammaLow = (float)(gamma - _gamma);
        _beta = (float)beta;
        _inverse = (float)(1 / gamma);
        _maxLogit = (float)Math.Min(MaxExponent / gamma, float.MaxValue);
    }

    /// <summary>The steepness γ.</summary>
    public double Gamma => _givenGamma == 0 ? 1 : _givenGamma;

    /// <summary>The shift β.</summary>
    public double Beta { get; }

    /// <inheritdoc/>
    public double? Alpha { get; }

    private bool IsCrossEntropy => Gamma == 1 && Beta == 0;

    /// <inheritdoc/>
    public void Evaluate(double logit, out double value, out double derivative)
    {
        var x = Gamma * logit + Beta;
        var sigmoid = Sigmoid.Compute(x);
        // Where γ x_t overflows, the loss is x_t + β / γ, which need not overflow.
        value = double.IsNegativeInfinity(x) ? -(logit + Beta / Gamma) : sigmoid.NegativeLog / Gamma;
        derivative = -sigmoid.Complement;
    }

    void ISigmoidLoss.Accept<TVisitor>(ref TVisitor visitor) => visitor.Visit(new BinaryKernel<FocalStarLoss>(this));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void IBinaryLoss.Evaluate<TLanes>(TLanes logit, out TLanes value, out TLanes derivative)
    {
        if (IsCrossEntropy)
        {
            LaneMath<TLanes>.CrossEntropy(logit, out value, out derivative);
            return;
        }

        var gamma = TLanes.Create(_gamma);
        var beta = TLanes.Create(_beta);
        var maximum = TLanes.Create(_maxLogit);
        // In this order, NaN stays NaN.
        var x = TLanes.Select(TLanes.Less(maximum, logit), maximum, logit);
        x = TLanes.Select(TLanes.Less(x, -maximum), -maximum, x);
        // γ x + β with the errors of both roundings (two-sum): at an exponent of -69, where the result is 1e-30, they matter.
        var product = gamma * x;
        var high = product + beta;
        var back = high - product;
        var low = TLanes.Fma(gamma, x, -product) + ((product - (high - back)) + (beta - back));
        low = TLanes.Fma(TLanes.Create(_gammaLow), x, low);

        var negative = TLanes.Less(high, default);
        var e = LaneMath<TLanes>.Exp(-TLanes.Abs(high), TLanes.Select(negative, low, -low));
        var r = LaneMath<TLanes>.One / (LaneMath<TLanes>.One + e);
        derivative = -TLanes.Select(negative, r, e * r);
        value = TLanes.Fma(LaneMath<TLanes>.Positive(-high) + LaneMath<TLanes>.Log1P(e), TLanes.Create(_inverse), LaneMath<TLanes>.Positive(x - logit));
    }
}
