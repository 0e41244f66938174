using System.Text;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>Renders an ablation table as Markdown, with the command that reproduces it.</summary>
internal static class TableMarkdown
{
    public static string Render(AblationResult result)
    {
        var (table, origin) = (result.Table, result.Origin);
        var text = new TableText(result);
        var lines = new StringBuilder();
        lines.Append($"# {Escaped(table.Title)}\n\n{Escaped(table.Description)}\n\n```\n{origin.Command}\n```\n\n");
        lines.Append($"| {string.Join(" | ", text.Columns.Select(Escaped))} |\n");
        lines.Append($"|{string.Concat(text.Columns.Select((_, column) => column == 0 ? " --- |" : " ---: |"))}\n");
        foreach (var row in text.Rows)
            lines.Append($"| {string.Join(" | ", row.Select(Escaped))} |\n");
        lines.Append($"\n{Escaped(text.Footer)}\n");
        return lines.ToString();
    }

    // Names of files and classes may contain characters that would end a table cell or begin an HTML tag.
    private static string Escaped(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace("|", "\\|").Replace('\n', ' ');
}
