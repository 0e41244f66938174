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
}
