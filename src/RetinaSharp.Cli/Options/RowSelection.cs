namespace RetinaSharp.Cli.Options;

/// <summary>A selection of rows of an ablation table, counted from 1: the value of --rows.</summary>
internal sealed class RowSelection
{
    private readonly IReadOnlyList<(int First, int Last)> _ranges;

    private RowSelection(IReadOnlyList<(int First, int Last)> ranges) => _ranges = ranges;

    /// <summary>The highest selected row number.</summary>
    public int Last => _ranges.Max(range => range.Last);

    /// <summary>Parses a list of rows and ranges such as "1,5-7".</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is not a list of row numbers and ranges.</exception>
    public static RowSelection Parse(string text) => new([.. text.Split(',').Select(ParseRange)]);

    public bool Contains(int row) => _ranges.Any(range => row >= range.First && row <= range.Last);

    private static (int First, int Last) ParseRange(string text)
    {
        return text.Split('-') switch
        {
            [var row] => (Row(row), Row(row)),
            [var first, var last] when Row(first) <= Row(last) => (Row(first), Row(last)),
            _ => throw new FormatException($"'{text}' is not a range of rows such as 5-7"),
        };

        static int Row(string number) => CliOption.ParseNumber(number, 1, int.MaxValue);
    }
}
