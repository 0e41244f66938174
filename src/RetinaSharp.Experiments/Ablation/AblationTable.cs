namespace RetinaSharp.Experiments.Ablation;

/// <summary>An ablation table: configurations to train and evaluate, with published metrics to compare with.</summary>
/// <param name="Name">Short name of the table, which is also its file name.</param>
/// <param name="Title">Title of the table.</param>
/// <param name="Description">What the rows vary, and what stays the same.</param>
/// <param name="Source">Where the published metrics are from; null if there are none.</param>
/// <param name="Rows">The rows, in the order of the table.</param>
public sealed record AblationTable(string Name, string Title, string Description, PublishedSource? Source, IReadOnlyList<AblationRow> Rows);
