using RetinaSharp.Evaluation;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Training;

/// <summary>Losses and COCO metrics on the validation set, computed with the EMA weights if EMA is enabled.</summary>
/// <param name="Classification">Normalized classification loss.</param>
/// <param name="Box">Normalized box loss, multiplied by its weight.</param>
/// <param name="Evaluation">Detections and COCO metrics on the validation set.</param>
public sealed record ValidationResult(double Classification, double Box, DatasetEvaluation Evaluation)
{
    /// <summary>COCO metrics on the validation set.</summary>
    public CocoMetrics Metrics => Evaluation.Metrics;
}
