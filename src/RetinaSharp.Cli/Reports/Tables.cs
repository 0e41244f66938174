using Spectre.Console;

namespace RetinaSharp.Cli.Reports;

/// <summary>Creates plain tables.</summary>
internal static class Tables
{
    /// <summary>Text of a cell without a value.</summary>
    public const string None = "–";

    /// <summary>A table without lines.</summary>
    /// <param name="columns">Column titles; '>' at the end aligns a column to the right.</param>
    public static Table Create(params string[] columns)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (var column in columns)
        {
            var title = new Text(column.TrimEnd('>'));
            table.AddColumn(new TableColumn(title) { Alignment = column.EndsWith('>') ? Justify.Right : Justify.Left, Padding = new(0, 0, 2, 0), NoWrap = true });
        }

        return table;
    }
}
