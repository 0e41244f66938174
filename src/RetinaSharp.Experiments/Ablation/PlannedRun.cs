using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>A training run of a table.</summary>
/// <param name="Row">Its row.</param>
/// <param name="Settings">The settings of the row, with the seed of the run.</param>
/// <param name="Folder">Its run folder, relative to the output folder.</param>
/// <param name="IsFirst">Whether it is the first run of its row.</param>
internal sealed record PlannedRun(AblationRow Row, RunSettings Settings, string Folder, bool IsFirst);
