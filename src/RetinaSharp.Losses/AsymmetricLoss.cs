using RetinaSharp.Losses.Loops;

namespace RetinaSharp.Losses;

/// <summary>
/// Asymmetric loss (Ridnik et al., <a href="https://arxiv.org/abs/2009.14119">Asymmetric Loss for Multi-Label Classification</a>):
/// <c>-(1 - p)^γ₊ log p</c> for positives and <c>-p_m^γ₋ log(1 - p_m)</c> for negatives, with <c>p_m = max(p - m, 0)</c>. Positives and
/// negatives have a focusing parameter each, and negatives of a probability up to the margin m have no loss at all.
/// </summary>
/// <remarks>
/// The derivative is that of the full expression, modulating factor included: for a negative with p &gt; m it is
/// <c>p (1 - p) p_m^γ₋ (1 / (1 - p_m) - γ₋ log(1 - p_m) / p_m)</c>, and 0 for p ≤ m. At p = m it is continuous for γ₋ &gt; 0; for γ₋ = 0 it jumps
/// from 0, which is its value there. The loss of a negative is at most -log m. With m = 0 and γ₊ = γ₋, and for <c>default</c>, it is the focal
/// loss without α.
/// </remarks>
public readonly struct AsymmetricLoss : ISigmoidLoss
{
    private const double MinMargin = 1e-30;

    private readonly FocalLoss _positive;
    private readonly FocalLoss _negative;

    /// <summary>Creates the loss with the paper's parameters, γ₊ = 0, γ₋ = 4 and m = .05.</summary>
    public AsymmetricLoss() : this(0)
    {
    }

    /// <summary>Creates the loss.</summary>
    /// <param name="positiveGamma">γ₊, the focusing parameter of the positives, in [0, 1000].</param>
    /// <param name="negativeGamma">γ₋, the focusing parameter of the negatives, in [0, 1000], usually greater than γ₊.</param>
    /// <param name="margin">The probability margin m: 0 for none, or 1e-30 or more and less than 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A focusing parameter or the margin is out of range.</exception>
    public AsymmetricLoss(double positiveGamma, double negativeGamma = 4, double margin = .05)
    {
        CheckGamma(positiveGamma, nameof(positiveGamma));
        CheckGamma(negativeGamma, nameof(negativeGamma));
        if (margin is not (0 or (>= MinMargin and < 1)))
            throw new ArgumentOutOfRangeException(nameof(margin), margin, "the probability margin must be 0, or 1e-30 or more and less than 1");
        _positive = new(positiveGamma, alpha: null);
        _negative = new(negativeGamma, alpha: null);
        Margin = margin;
    }

    /// <summary>γ₊, the focusing parameter of the positives.</summary>
    public double PositiveGamma => _positive.Gamma;

    /// <summary>γ₋, the focusing parameter of the negatives.</summary>
    public double NegativeGamma => _negative.Gamma;

    /// <summary>The probability margin m.</summary>
    public double Margin { get; }

    void ISigmoidLoss.Accept<TVisitor>(ref TVisitor visitor)
    {
        if (Margin == 0)
            visitor.Visit(new AsymmetricKernel<FocalLoss>(_positive, _negative));
        else
            visitor.Visit(new AsymmetricKernel<ShiftedFocalLoss>(_positive, new(NegativeGamma, Margin)));
    }

    private static void CheckGamma(double gamma, string name)
    {
        if (gamma is not (>= 0 and <= 1000))
            throw new ArgumentOutOfRangeException(name, gamma, "a focusing parameter must be in [0, 1000]");
    }
}
