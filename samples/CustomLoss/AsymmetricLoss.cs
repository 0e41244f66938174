using RetinaSharp.Detection.Modeling;
using static TorchSharp.torch;

namespace RetinaSharp.Samples.CustomLoss;

/// <summary>
/// Asymmetric loss (Ridnik et al., arXiv 2009.14119): focal loss with different γ for positives and negatives. The probability of a negative is lowered
/// by a margin, so that very easy negatives contribute nothing.
/// </summary>
internal sealed class AsymmetricLoss(double gammaPositive, double gammaNegative, double margin) : AutogradClassificationLoss
{
    protected override Tensor Evaluate(Tensor logits, Tensor targets)
    {
        var p = logits.sigmoid();
        // log p as log-sigmoid, which stays finite where p rounds to 0.
        var positive = (1 - p).pow(gammaPositive) * nn.functional.softplus(-logits);
        var shifted = (p - margin).clamp(min: 0);
        var negative = shifted.pow(gammaNegative) * -(1 - shifted).clamp(min: 1e-8).log();
        return (targets * positive) + ((1 - targets) * negative);
    }
}
