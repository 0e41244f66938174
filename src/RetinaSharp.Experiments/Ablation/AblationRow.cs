using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>A row of an ablation table: one configuration that is trained and evaluated.</summary>
/// <param name="Label">The values that the row varies, such as "γ 2, α .25".</param>
/// <param name="Settings">The settings of the row's runs, with the first seed.</param>
/// <param name="Published">Published metrics of this configuration; null if there are none.</param>
/// <param name="Group">Name of a group of rows of which the table shows only the best; null: the row is always shown.</param>
public sealed record AblationRow(string Label, RunSettings Settings, PublishedMetrics? Published = null, string? Group = null);
