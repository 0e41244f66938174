using RetinaSharp.Detection.Configuration;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Creates the built-in classification losses.</summary>
public static class ClassificationLoss
{
    /// <summary>
    /// Creates the loss that settings describe. It uses the vectorized loops of RetinaSharp.Losses. For logits on another device, the losses of the focal loss
    /// paper use tensor operators there, and the others copy the logits to the CPU.
    /// </summary>
    /// <param name="settings">Kind of loss and its parameters.</param>
    public static IClassificationLoss Create(LossSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Classification switch
        {
            ClassificationLossKind.CrossEntropy => new SigmoidClassificationLoss<CrossEntropy>(new(settings.Alpha), settings),
            ClassificationLossKind.FocalStar => new SigmoidClassificationLoss<FocalStarLoss>(new(settings.Gamma, settings.StarBeta, settings.Alpha), settings),
            ClassificationLossKind.SoftmaxFocal => new SoftmaxClassificationLoss(settings),
            ClassificationLossKind.QualityFocal => new SigmoidClassificationLoss<QualityFocalLoss>(new(settings.Gamma), settings),
            ClassificationLossKind.Varifocal => new SigmoidClassificationLoss<VarifocalLoss>(new(settings.Alpha ?? 1, settings.Gamma), settings),
            ClassificationLossKind.PolyFocal => new SigmoidClassificationLoss<PolyFocalLoss>(new(settings.PolyEpsilon, settings.Gamma, settings.Alpha), settings),
            ClassificationLossKind.Asymmetric => new SigmoidClassificationLoss<AsymmetricLoss>(new(settings.PositiveGamma, settings.Gamma, settings.Margin), settings),
            ClassificationLossKind.EqualizedFocal => new EqualizedClassificationLoss(settings),
            ClassificationLossKind.Seesaw => new SeesawClassificationLoss(),
            _ => new SigmoidClassificationLoss<FocalLoss>(new(settings.Gamma, settings.Alpha), settings),
        };
    }
}
