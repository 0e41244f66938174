using RetinaSharp.Detection.Training;
using RetinaSharp.Inference;

namespace RetinaSharp.Experiments.Demo;

/// <summary>The result of a training run of <see cref="FocalLossDemo"/>.</summary>
/// <param name="Run">The run and its settings.</param>
/// <param name="Training">The result of training: epochs, steps, duration.</param>
/// <param name="Evaluation">Detections and metrics of the run's last weights on the validation set.</param>
public sealed record DemoResult(DemoRun Run, TrainingResult Training, DatasetEvaluation Evaluation);
