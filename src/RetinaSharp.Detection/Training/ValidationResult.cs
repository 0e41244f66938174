using RetinaSharp.Evaluation;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Training;

/// <summary>How the averaged weights do on the validation set.</summary>
/// <param name="Classification">Classification loss.</param>
/// <param name="Box">Box loss.</param>
/// <param name="Evaluation">What they find, and COCO's figures of it.</param>
public sealed record ValidationResult(double Classification, double Box, SetEvaluation Evaluation)
{
    /// <summary>COCO figures.</summary>
    public CocoMetrics Metrics => Evaluation.Metrics;
}
