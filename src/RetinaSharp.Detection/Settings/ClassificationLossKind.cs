namespace RetinaSharp.Detection.Settings;

/// <summary>Loss of the classification head.</summary>
public enum ClassificationLossKind
{
    /// <summary>Focal loss, with <see cref="LossSettings.Gamma"/> and <see cref="LossSettings.Alpha"/>.</summary>
    Focal,

    /// <summary>Cross entropy, balanced by <see cref="LossSettings.Alpha"/> where that is given.</summary>
    CrossEntropy,
}
