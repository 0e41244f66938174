using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses;

/// <summary>
/// The alternative focal loss of the paper's appendix: <c>FL* = -log σ(γ x_t + β) / γ</c>, with derivative
/// <c>σ(γ x_t + β) - 1</c>. It too leaves well-classified examples little weight, by steepness γ and shift β of cross entropy;
/// FL*(1, 0) is <see cref="CrossEntropy"/>, to the bit, and so is <c>default</c>.
/// </summary>
public readonly struct FocalStarLoss : IBinaryLoss
{
    // Beyond this γ x_t + β is of no other use than its size, which is told apart, so that infinity stays out.
    private const double LargestExponent = 1e30;

    // 0 is that of default, and stands for 1.
    private readonly double _givenGamma;
    private readonly float _gamma;
    private readonly float _gammaRest;
    private readonly float _beta;
    private readonly float _inverse;
    private readonly float _largestLogit;

    /// <summary>Makes the loss.</summary>
    /// <param name="gamma">γ, above 0: the steepness; the paper studies 1 to 5.</param>
    /// <param name="beta">β, the shift, finite; the paper studies 0 to 4.</param>
    /// <param name="alpha">Weight of the positives in [0, 1], negatives get the rest; null weighs both 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">γ is not above 0, γ or β not finite in single, or α outside of [0, 1].</exception>
    public FocalStarLoss(double gamma, double beta = 0, double? alpha = null)
    {
        if (!((float)gamma > 0 && float.IsFinite(1 / (float)gamma) && float.IsFinite((float)gamma)))
            throw new ArgumentOutOfRangeException(nameof(gamma), gamma, "gamma of FL* is above 0 and finite");
        if (!float.IsFinite((float)beta))
            throw new ArgumentOutOfRangeException(nameof(beta), beta, "beta is finite");
        _givenGamma = gamma;
        Beta = beta;
        Alpha = AlphaRange.Check(alpha, nameof(alpha));
        _gamma = (float)gamma;
        _gammaRest = (float)(gamma - _gamma);
        _beta = (float)beta;
        _inverse = (float)(1 / gamma);
        _largestLogit = (float)Math.Min(LargestExponent / gamma, float.MaxValue);
    }

    /// <summary>γ, the steepness.</summary>
    public double Gamma => _givenGamma == 0 ? 1 : _givenGamma;

    /// <summary>β, the shift.</summary>
    public double Beta { get; }

    /// <inheritdoc/>
    public double? Alpha { get; }

    private bool IsCrossEntropy => Gamma == 1 && Beta == 0;

    /// <inheritdoc/>
    public void Evaluate(double logit, out double value, out double derivative)
    {
        var x = Gamma * logit + Beta;
        var sigmoid = Sigmoid.Compute(x);
        // Where the product is beyond double the value, x_t + β / γ, need not be.
        value = double.IsNegativeInfinity(x) ? -(logit + Beta / Gamma) : sigmoid.NegativeLog / Gamma;
        derivative = -sigmoid.Complement;
    }

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
        var largest = TLanes.Create(_largestLogit);
        var x = TLanes.Select(TLanes.Less(logit, largest), logit, largest);
        x = TLanes.Select(TLanes.Less(-largest, x), x, -largest);
        // γ x + β and what its two roundings lose, which an exponent of -69, where the result is 1e-30, could not do without.
        var product = gamma * x;
        var high = product + beta;
        var back = high - product;
        var low = TLanes.Fma(gamma, x, -product) + ((product - (high - back)) + (beta - back));
        low = TLanes.Fma(TLanes.Create(_gammaRest), x, low);

        var negative = TLanes.Less(high, default);
        var e = LaneMath<TLanes>.Exp(-TLanes.Abs(high), TLanes.Select(negative, low, -low));
        var r = LaneMath<TLanes>.One / (LaneMath<TLanes>.One + e);
        derivative = -TLanes.Select(negative, r, e * r);
        value = TLanes.Fma(LaneMath<TLanes>.Positive(-high) + LaneMath<TLanes>.Log1P(e), TLanes.Create(_inverse), LaneMath<TLanes>.Positive(x - logit));
    }
}
