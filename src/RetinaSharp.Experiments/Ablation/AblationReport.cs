using RetinaSharp.Annotations;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>The report of a table: ours beside the paper's, learning curves, and what the best row sees.</summary>
internal static class AblationReport
{
    // So many curves can be told apart; of more rows the best and the worst are drawn.
    private const int MostCurves = 6;

    /// <exception cref="DataException">A run folder is damaged.</exception>
    public static Report Create(string folder, AblationOutcome outcome, AnnotatedSet validation)
    {
        var text = new TableText(outcome);
        var sections = new List<ReportSection>
        {
            new("Table",
            [
                new ReportTable(outcome.Table.Title, text.Columns, [.. text.Rows.Select(row => (IReadOnlyList<TableCell>)[.. row.Select(cell => (TableCell)cell)])]),
                new Paragraph(TableMarkdown.Footer(outcome)),
            ]),
        };
        return new(outcome.Table.Title, outcome.Table.Description, sections);
    }
}
