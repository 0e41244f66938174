using Spectre.Console;

namespace RetinaSharp.Cli.Reports;

/// <summary>Plain tables.</summary>
internal static class Tables
{
    /// <summary>A table without lines.</summary>
    /// <param name="columns">Its columns' titles; one that ends with '>' is aligned to the right.</param>
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
