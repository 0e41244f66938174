using RetinaSharp.Detection.Configuration;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Creates the built-in classification losses.</summary>
public static class ClassificationLoss
{
    /// <summary>
    /// Creates the loss that settings describe. For logits on the CPU it uses the vectorized loops of RetinaSharp.Losses; for logits on another
    /// device it uses tensor operators there.
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
            _ => new SigmoidClassificationLoss<FocalLoss>(new(settings.Gamma, settings.Alpha), settings),
        };
    }
}
