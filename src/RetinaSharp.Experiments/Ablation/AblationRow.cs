using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>A row of a table: one configuration.</summary>
/// <param name="Label">What makes it different from the others, such as "γ 2, α .25".</param>
/// <param name="Settings">How it is trained.</param>
/// <param name="Paper">What the paper has for it; null if nothing.</param>
/// <param name="Group">Rows of one group compete: the table shows the best of them. Null: the row stands alone.</param>
public sealed record AblationRow(string Label, RunSettings Settings, PaperFigures? Paper = null, string? Group = null);
