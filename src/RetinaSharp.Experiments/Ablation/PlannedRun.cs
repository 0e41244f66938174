using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>A training that a table wants.</summary>
/// <param name="Row">The row it is for.</param>
/// <param name="Settings">The row's settings with its seed.</param>
/// <param name="Run">Its run folder, within the folder of the tables.</param>
/// <param name="IsFirst">Whether it is the row's first.</param>
internal sealed record PlannedTraining(AblationRow Row, RunSettings Settings, string Run, bool IsFirst);
