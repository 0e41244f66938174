namespace RetinaSharp.Detection.Configuration;

/// <summary>Loss of the classification head.</summary>
public enum ClassificationLossKind
{
    /// <summary>Focal loss, with <see cref="LossSettings.Gamma"/> and <see cref="LossSettings.Alpha"/>.</summary>
    Focal,

    /// <summary>Cross entropy, weighted by <see cref="LossSettings.Alpha"/> if set.</summary>
    CrossEntropy,

    /// <summary>
    /// Focal loss on a softmax over the background and the classes, with <see cref="LossSettings.Gamma"/> and <see cref="LossSettings.Alpha"/>.
    /// </summary>
    SoftmaxFocal,

    /// <summary>
    /// FL*, the alternative focal loss of appendix A of the focal loss paper, with <see cref="LossSettings.Gamma"/>, <see cref="LossSettings.StarBeta"/> and
    /// <see cref="LossSettings.Alpha"/>.
    /// </summary>
    FocalStar,

    /// <summary>
    /// Quality focal loss (GFL), with the exponent <see cref="LossSettings.Gamma"/>. The target of a positive anchor is the IoU of its predicted box, or the
    /// quality that the assigner gives.
    /// </summary>
    QualityFocal,

    /// <summary>
    /// Varifocal loss, with <see cref="LossSettings.Gamma"/> and the weight <see cref="LossSettings.Alpha"/> of the negatives. The target of a positive anchor
    /// is the same as for <see cref="QualityFocal"/>.
    /// </summary>
    Varifocal,

    /// <summary>
    /// Poly-1 focal loss: focal loss, with <see cref="LossSettings.Gamma"/> and <see cref="LossSettings.Alpha"/>, and the first coefficient of its series changed by
    /// <see cref="LossSettings.PolyEpsilon"/>.
    /// </summary>
    PolyFocal,

    /// <summary>
    /// Asymmetric loss, with <see cref="LossSettings.PositiveGamma"/> for positives, <see cref="LossSettings.Gamma"/> and <see cref="LossSettings.Margin"/> for
    /// negatives.
    /// </summary>
    Asymmetric,

    /// <summary>
    /// Equalized focal loss: a focusing parameter for each class, from <see cref="LossSettings.Gamma"/> for balanced classes up to
    /// <see cref="LossSettings.Gamma"/> + <see cref="LossSettings.EqualizedScale"/> for rare ones; with <see cref="LossSettings.Alpha"/>.
    /// </summary>
    EqualizedFocal,

    /// <summary>Seesaw loss on a softmax over the background and the classes, which protects rare classes from frequent ones.</summary>
    Seesaw,
}
