namespace RetinaSharp.Detection.Configuration;

/// <summary>Loss of the classification head.</summary>
public enum ClassificationLossKind
{
    /// <summary>Focal loss, with <see cref="LossSettings.Gamma"/> and <see cref="LossSettings.Alpha"/>.</summary>
    Focal,

    /// <summary>Cross entropy, balanced by <see cref="LossSettings.Alpha"/> where that is given.</summary>
    CrossEntropy,

    /// <summary>Focal loss of a softmax over the classes and the background, with <see cref="LossSettings.Gamma"/> and <see cref="LossSettings.Alpha"/>.</summary>
    SoftmaxFocal,

    /// <summary>FL*, with <see cref="LossSettings.Gamma"/>, <see cref="LossSettings.StarBeta"/> and <see cref="LossSettings.Alpha"/>.</summary>
    FocalStar,
}
