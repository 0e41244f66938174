using RetinaSharp.Evaluation;

namespace RetinaSharp.Detection.Training;

/// <summary>How the averaged weights do on the validation set.</summary>
/// <param name="Classification">Classification loss.</param>
/// <param name="Box">Box loss.</param>
/// <param name="Metrics">COCO figures.</param>
public sealed record ValidationResult(double Classification, double Box, CocoMetrics Metrics);
