using Spectre.Console;

namespace RetinaSharp.Cli.Reports;

/// <summary>Creates the tables that the command prints.</summary>
internal static class Tables
{
    /// <summary>Text of a cell without a value.</summary>
    public const string None = "–";

    /// <summary>Creates a table without border lines.</summary>
    /// <param name="columns">Column titles. A '>' at the end of a title is not shown; it aligns the column to the right.</param>
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
