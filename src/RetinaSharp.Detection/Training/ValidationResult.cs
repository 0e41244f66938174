using RetinaSharp.Evaluation;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Training;

/// <summary>Losses and COCO metrics on the validation set, computed with the EMA weights if EMA is enabled.</summary>
/// <param name="Classification">Classification loss.</param>
/// <param name="Box">Box loss.</param>
/// <param name="Evaluation">Detections and COCO metrics.</param>
public sealed record ValidationResult(double Classification, double Box, SetEvaluation Evaluation)
{
    /// <summary>COCO metrics.</summary>
    public CocoMetrics Metrics => Evaluation.Metrics;
}
