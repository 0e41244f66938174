using RetinaSharp.Detection.Training;
using RetinaSharp.Inference;

namespace RetinaSharp.Experiments.Demo;

/// <summary>The result of a training run of the demo.</summary>
/// <param name="Run">The run.</param>
/// <param name="Training">Result of its training.</param>
/// <param name="Evaluation">Its last weights, evaluated on the validation set.</param>
public sealed record DemoResult(DemoRun Run, TrainingResult Training, SetEvaluation Evaluation);
