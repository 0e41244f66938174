using System.Runtime.CompilerServices;
using RetinaSharp.Losses.Loops;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses;

/// <summary>
/// Equalized focal loss (Li et al., <a href="https://arxiv.org/abs/2201.02593">Equalized Focal Loss for Dense Long-Tailed Object Detection</a>):
/// <c>-(γ_j / γ) (1 - p_t)^γ_j log p_t</c> for class j, with the focusing parameter <c>γ_j = γ + s (1 - g_j)</c>. g_j is the ratio of the
/// gradients that class j has received as a positive and as a negative, see <see cref="ClassGradients"/>. A rare class, of small g_j, focuses more
/// on hard examples; the factor γ_j / γ makes up for the loss that this costs.
/// </summary>
/// <remarks>
/// g_j counts as a constant in the gradient, as in the authors' code. Create the loss anew for each batch, after
/// <see cref="ClassGradients.Accumulate"/>. With g_j = 1 for all classes, as at the start of training, it is the focal loss.
/// </remarks>
public readonly struct EqualizedFocalLoss : ISigmoidLoss, ILossKernel
{
    // The longest vector, whose classes are loaded from anywhere in the table.
    private const int MaxLanes = 16;

    private readonly FocalLoss[]? _classLosses;
    private readonly float[] _table;

    /// <summary>Creates the loss of one batch.</summary>
    /// <param name="gradients">The gradients that the classes have received so far; read by the constructor.</param>
    /// <param name="gamma">γ, the focusing parameter of a class whose gradients are balanced, greater than 0.</param>
    /// <param name="scale">s, 0 or more: how much the focusing parameter grows for a class without positives.</param>
    /// <param name="alpha">Weight of the positives, in [0, 1]; negatives have weight 1 - α. Null gives both weight 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">γ is not greater than 0, s is negative, γ or s is not finite, or α is not in [0, 1].</exception>
    public EqualizedFocalLoss(ClassGradients gradients, double gamma = 2, double scale = 8, double? alpha = .25)
    {
        if (!((float)gamma > 0 && float.IsFinite((float)gamma) && float.IsFinite(1 / (float)gamma)))
            throw new ArgumentOutOfRangeException(nameof(gamma), gamma, "gamma of the equalized focal loss must be finite and greater than 0");
        if (!(scale >= 0 && float.IsFinite((float)(gamma + scale)) && float.IsFinite((float)((gamma + scale) / gamma))))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "scale must be finite and 0 or more");
        (Gamma, Scale) = (gamma, scale);
        Alpha = AlphaRange.Check(alpha, nameof(alpha));
        _classLosses = new FocalLoss[gradients.Classes];
        // Whole rows of classes, at least as long as a vector; then once more the first classes, for a vector that passes the end.
        Period = (MaxLanes + gradients.Classes - 1) / gradients.Classes * gradients.Classes;
        _table = new float[3 * TableLength];
        for (var i = 0; i < TableLength; i++)
        {
            var label = i % gradients.Classes;
            var classGamma = (float)(gamma + scale * (1 - gradients.Ratio(label)));
            _classLosses[label] = new(classGamma, alpha: null);
            _table[i] = classGamma;
            _table[TableLength + i] = FocalLoss.MaxLogit(classGamma);
            _table[2 * TableLength + i] = (float)(classGamma / gamma);
        }
    }

    /// <summary>γ, the focusing parameter of a class whose gradients are balanced.</summary>
    public double Gamma { get; }

    /// <summary>s, the greatest increase of the focusing parameter.</summary>
    public double Scale { get; }

    /// <inheritdoc cref="IBinaryLoss.Alpha"/>
    public double? Alpha { get; }

    /// <summary>Number of classes.</summary>
    public int Classes => _classLosses?.Length ?? throw new InvalidOperationException($"{nameof(EqualizedFocalLoss)} must be created with its constructor");

    bool ILossKernel.IsSeparable => true;

    private int Period { get; }

    private int TableLength => Period + MaxLanes;

    /// <summary>Returns the focusing parameter γ_j of a class, rounded to fp32.</summary>
    /// <param name="label">The class j.</param>
    public double ClassGamma(int label) => _table[(uint)label < (uint)Classes ? label : throw new ArgumentOutOfRangeException(nameof(label))];

    void ISigmoidLoss.Accept<TVisitor>(ref TVisitor visitor) => visitor.Visit(this);

    void ILossKernel.Evaluate(double logit, double target, LogitWeights weights, int column, out double value, out double derivative) =>
        new BinaryKernel<FocalLoss>(_classLosses![column]).Evaluate(
            logit, target, weights with { Common = weights.Common * _classLosses[column].Gamma / Gamma }, column, out value, out derivative);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void ILossKernel.EvaluateBackground<TLanes>(TLanes logit, TLanes weight, nint index, out TLanes value, out TLanes derivative)
    {
        Evaluate(-logit, index, out value, out derivative);
        value *= weight;
        derivative *= -weight;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void ILossKernel.EvaluateHard<TLanes>(
        TLanes logit, TLanes positive, TLanes positiveWeight, TLanes negativeWeight, nint index, out TLanes value, out TLanes derivative)
    {
        Evaluate(TLanes.Select(positive, logit, -logit), index, out value, out derivative);
        value *= TLanes.Select(positive, positiveWeight, negativeWeight);
        derivative *= TLanes.Select(positive, positiveWeight, -negativeWeight);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void ILossKernel.EvaluateSoft<TLanes>(
        TLanes logit, TLanes target, TLanes positiveWeight, TLanes negativeWeight, nint index, out TLanes value, out TLanes derivative)
    {
        var rest = LaneMath<TLanes>.One - target;
        Evaluate(logit, index, out var positive, out var positiveDerivative);
        Evaluate(-logit, index, out var negative, out var negativeDerivative);
        value = target * (positive * positiveWeight) + rest * (negative * negativeWeight);
        derivative = target * (positiveDerivative * positiveWeight) - rest * (negativeDerivative * negativeWeight);
    }

    /// <summary>Value and derivative of a vector of x_t, without α.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Evaluate<TLanes>(TLanes logit, nint index, out TLanes value, out TLanes derivative) where TLanes : unmanaged, ILanes<TLanes>
    {
        var column = (int)((uint)index % (uint)Period);
        var gamma = Load<TLanes>(column);
        var e = LaneMath<TLanes>.Exp(-TLanes.Abs(logit));
        var r = LaneMath<TLanes>.One / (LaneMath<TLanes>.One + e);
        var log1P = LaneMath<TLanes>.Log1P(e);
        var negative = TLanes.Less(logit, default);
        var crossEntropy = LaneMath<TLanes>.Positive(-logit) + log1P;
        var complement = TLanes.Select(negative, r, e * r);
        var p = TLanes.Select(negative, e * r, r);
        var weight = LaneMath<TLanes>.PowerOfComplement(logit, log1P, gamma, default, Load<TLanes>(TableLength + column)) * Load<TLanes>(2 * TableLength + column);
        // γ_j / γ may carry the loss of the largest logits beyond fp32.
        value = LaneMath<TLanes>.Saturate(weight * crossEntropy);
        derivative = -(weight * TLanes.Fma(gamma, p * crossEntropy, complement));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLanes Load<TLanes>(int at) where TLanes : unmanaged, ILanes<TLanes> => Unsafe.ReadUnaligned<TLanes>(ref Unsafe.As<float, byte>(ref _table[at]));
}
