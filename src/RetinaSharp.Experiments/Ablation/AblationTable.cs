namespace RetinaSharp.Experiments.Ablation;

/// <summary>One of the paper's ablation tables.</summary>
/// <param name="Name">Its short name, as in file names.</param>
/// <param name="Title">Title.</param>
/// <param name="Description">What is varied, and what stays the same.</param>
/// <param name="PaperSetting">Data and network of the paper's metrics.</param>
/// <param name="Rows">The rows, in the paper's order.</param>
public sealed record AblationTable(string Name, string Title, string Description, string PaperSetting, IReadOnlyList<AblationRow> Rows);
