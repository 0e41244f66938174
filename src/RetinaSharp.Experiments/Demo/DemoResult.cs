using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Training;

namespace RetinaSharp.Experiments.Demo;

/// <summary>How a contender did.</summary>
/// <param name="Contender">Which.</param>
/// <param name="Training">Its training.</param>
/// <param name="Evaluation">Its last weights on the validation images.</param>
public sealed record DemoOutcome(Contender Contender, TrainingResult Training, SetEvaluation Evaluation);
