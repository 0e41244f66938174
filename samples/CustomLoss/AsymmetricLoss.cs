using RetinaSharp.Detection.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Samples.CustomLoss;

/// <summary>
/// Asymmetric loss (Ridnik et al., arXiv 2009.14119): focal loss with different γ for positives and negatives. The probability of a negative is lowered
/// by a margin, so that very easy negatives contribute nothing.
/// </summary>
internal sealed class AsymmetricLoss(double gammaPositive, double gammaNegative, double margin) : AutogradClassificationLoss
{
    // Fields, because TorchSharp may free a number that nothing refers to while an operator still reads it.
    private readonly Scalar _gammaPositive = gammaPositive;
    private readonly Scalar _gammaNegative = gammaNegative;
    private readonly Scalar _margin = margin;
    private readonly Scalar _zero = 0;
    private readonly Scalar _almostOne = 1 - 1e-7;

    protected override Tensor Evaluate(Tensor logits, Tensor targets)
    {
        // -log p as log-sigmoid, which stays finite where p rounds to 0; 1 - p is the sigmoid of -x.
        var positive = logits.neg().sigmoid().pow(_gammaPositive) * nn.functional.logsigmoid(logits).neg();
        var shifted = logits.sigmoid().sub(_margin).clamp(_zero, _almostOne);
        var negative = shifted.pow(_gammaNegative) * shifted.neg().log1p().neg();
        // (1 - target) negative + target positive
        return negative.lerp(positive, targets);
    }
}
