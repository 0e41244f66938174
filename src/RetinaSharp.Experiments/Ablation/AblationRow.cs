using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>A row of a table: one configuration.</summary>
/// <param name="Label">What it varies, such as "γ 2, α .25".</param>
/// <param name="Settings">Its settings.</param>
/// <param name="Paper">The paper's metrics; null if it has none.</param>
/// <param name="Group">Name of a group of rows of which the table shows only the best; null: the row is always shown.</param>
public sealed record AblationRow(string Label, RunSettings Settings, PaperMetrics? Paper = null, string? Group = null);
