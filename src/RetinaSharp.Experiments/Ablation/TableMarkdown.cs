using System.Text;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>A table as Markdown, with what it takes to make it again.</summary>
internal static class TableMarkdown
{
    public static string Render(AblationOutcome outcome)
    {
        var (table, origin) = (outcome.Table, outcome.Origin);
        var text = new TableText(outcome);
        var lines = new StringBuilder();
        lines.Append($"# {Escaped(table.Title)}\n\n{Escaped(table.Description)}\n\n```\n{origin.Command}\n```\n\n");
        lines.Append($"| {string.Join(" | ", text.Columns.Select(Escaped))} |\n");
        lines.Append($"|{string.Concat(text.Columns.Select((_, column) => column == 0 ? " --- |" : " ---: |"))}\n");
        foreach (var row in text.Rows)
            lines.Append($"| {string.Join(" | ", row.Select(Escaped))} |\n");
        lines.Append($"\n{Footer(outcome)}\n");
        return lines.ToString();
    }

    /// <summary>What the figures are, in a few sentences.</summary>
    public static string Footer(AblationOutcome outcome)
    {
        var origin = outcome.Origin;
        var steps = outcome.Rows.SelectMany(row => row.Trainings).Where(training => training.Failure is null).Select(training => training.Steps).Distinct().Order().ToList();
        return $"{Escaped(origin.Data)}. {origin.Training}{(steps.Count > 0 ? $", {string.Join(" or ", steps)} steps" : "")} for each row"
            + $"{(outcome.Rows.Any(row => row.Trainings.Count > 1) ? "; mean ± standard deviation" : "")}. The last weights are measured, not the best epoch's. "
            + $"{origin.Machine}; {Reports.Durations.Text(TimeSpan.FromSeconds(outcome.Seconds))} of training in all, to {origin.Date:yyyy-MM-dd}. "
            + $"The paper: {outcome.Table.PaperSetting}.";
    }

    // Names of files and classes are not ours: none is to end a cell or begin a tag.
    private static string Escaped(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace("|", "\\|").Replace('\n', ' ');
}
