namespace RetinaSharp.Experiments.Ablation;

/// <summary>One of the paper's tables: what is varied, and all its rows.</summary>
/// <param name="Name">Its name on the command line and in file names.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Description">What is varied, and what stays the same.</param>
/// <param name="PaperSetting">How the paper's figures were measured.</param>
/// <param name="Rows">The rows, in the paper's order.</param>
public sealed record AblationTable(string Name, string Title, string Description, string PaperSetting, IReadOnlyList<AblationRow> Rows);
