namespace RetinaSharp.Detection.Configuration;

/// <summary>
/// How much each positive anchor counts in the box loss. The weights are constants, without a gradient, and are divided by their sum over the step in place of
/// the number of positives: see <see cref="LossSettings.BoxWeighting"/>.
/// </summary>
public enum BoxWeightingKind
{
    /// <summary>All positives count the same, as in RetinaNet.</summary>
    None,

    /// <summary>The highest score of the anchor over all classes, as in GFL (Li et al., "Generalized Focal Loss").</summary>
    Score,

    /// <summary>
    /// The quality that the assigner gives the anchor, as in TOOD (Feng et al., "TOOD: Task-aligned One-stage Object Detection"); with an assigner that gives
    /// none, the IoU of the predicted box with the ground-truth box.
    /// </summary>
    Quality,
}
