using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>A training run that a table needs: a row with one seed.</summary>
/// <param name="Row">The row.</param>
/// <param name="Settings">The settings of the row, with the seed of the run.</param>
/// <param name="Folder">Path of the run folder, relative to the output folder.</param>
/// <param name="IsFirst">Whether the run has the first seed of its row.</param>
internal sealed record PlannedRun(AblationRow Row, RunSettings Settings, string Folder, bool IsFirst);
