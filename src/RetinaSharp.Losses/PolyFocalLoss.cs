using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Loops;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses;

/// <summary>
/// Poly-1 focal loss (Leng et al., <a href="https://arxiv.org/abs/2204.12511">PolyLoss</a>): <c>FL + ε (1 - p_t)^(γ + 1)</c>, the focal loss with
/// the first coefficient of its series in <c>1 - p_t</c> raised by ε. The derivative with respect to <c>x_t</c> is that of
/// <see cref="FocalLoss"/> minus <c>ε (γ + 1) p_t (1 - p_t)^(γ + 1)</c>. α multiplies the sum. γ = 0 gives the Poly-1 cross entropy.
/// <c>default</c> is <see cref="CrossEntropy"/>.
/// </summary>
public readonly struct PolyFocalLoss : IBinaryLoss
{
    private readonly FocalLoss _focal;
    private readonly float _gamma;
    private readonly float _epsilon;
    private readonly float _slope;

    /// <summary>Creates the loss.</summary>
    /// <param name="epsilon">
    /// ε, -1 or more; -1 removes the first term of the series. The paper finds positive values best for classification, and -1 for the cross
    /// entropy of Mask R-CNN. In the focal loss, -1 makes the weights of hard examples as low as those of a higher γ.
    /// </param>
    /// <param name="gamma">γ, 0 or more, as in <see cref="FocalLoss"/>.</param>
    /// <param name="alpha">Weight of the positives, in [0, 1]; negatives have weight 1 - α. Null gives both weight 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// ε is less than -1 or not finite in fp32, γ is negative or not finite, or α is not in [0, 1].
    /// </exception>
    public PolyFocalLoss(double epsilon, double gamma = 2, double? alpha = .25)
    {
        if (!(epsilon >= -1 && float.IsFinite((float)epsilon)))
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "epsilon must be finite and -1 or more");
        _focal = new(gamma, alpha);
        Epsilon = epsilon;
        _gamma = (float)Math.Min(gamma, float.MaxValue);
        _epsilon = (float)epsilon;
        _slope = (float)Math.Clamp(epsilon * (gamma + 1), float.MinValue, float.MaxValue);
    }

    /// <summary>ε, the change of the first coefficient.</summary>
    public double Epsilon { get; }

    /// <summary>γ, the focusing parameter.</summary>
    public double Gamma => _focal.Gamma;

    /// <inheritdoc/>
    public double? Alpha => _focal.Alpha;

    void ISigmoidLoss.Accept<TVisitor>(ref TVisitor visitor) => visitor.Visit(new BinaryKernel<PolyFocalLoss>(this));

    /// <inheritdoc/>
    public void Evaluate(double logit, out double value, out double derivative)
    {
        var (weight, sigmoid) = _focal.Modulate(logit);
        value = weight * (sigmoid.NegativeLog + Epsilon * sigmoid.Complement);
        derivative = -(weight * (Gamma * (sigmoid.Value * sigmoid.NegativeLog) + sigmoid.Complement * (1 + Epsilon * (Gamma + 1) * sigmoid.Value)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void IBinaryLoss.Evaluate<TLanes>(TLanes logit, out TLanes value, out TLanes derivative)
    {
        _focal.Modulate(logit, out var weight, out var p, out var complement, out var crossEntropy);
        value = weight * TLanes.Fma(TLanes.Create(_epsilon), complement, crossEntropy);
        var slope = complement * TLanes.Fma(TLanes.Create(_slope), p, LaneMath<TLanes>.One);
        derivative = -(weight * TLanes.Fma(TLanes.Create(_gamma), p * crossEntropy, slope));
    }
}
