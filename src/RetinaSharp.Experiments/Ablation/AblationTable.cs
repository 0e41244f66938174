namespace RetinaSharp.Experiments.Ablation;

/// <summary>An ablation table of the focal loss paper: configurations to train and evaluate, with the paper's metrics.</summary>
/// <param name="Name">Short name of the table, which is also its file name.</param>
/// <param name="Title">Title of the table.</param>
/// <param name="Description">What the rows vary, and what stays the same.</param>
/// <param name="PaperSetting">Dataset and network of the paper's metrics.</param>
/// <param name="Rows">The rows, in the paper's order.</param>
public sealed record AblationTable(string Name, string Title, string Description, string PaperSetting, IReadOnlyList<AblationRow> Rows);
