using System.Globalization;
using RetinaSharp.Detection.Data;

namespace RetinaSharp.Cli.Options;

/// <summary>Reads what options take. Every method throws <see cref="FormatException"/>, worded to follow the option's name.</summary>
internal static class OptionValue
{
    // The paper's 1333 for a short side of 800.
    private const double LongForShort = 1333 / 800.0;

    public static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw new FormatException($"'{text}' is no number");

    public static int Whole(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{text}' is no whole number up to {int.MaxValue}");

    public static long Seed(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{text}' is no whole number up to {long.MaxValue}");

    /// <summary>A span of time of 0 to 10⁹ seconds.</summary>
    public static TimeSpan Seconds(string text) =>
        Number(text) is >= 0 and <= 1e9 and var seconds ? TimeSpan.FromSeconds(seconds) : throw new FormatException($"'{text}' is not from 0 to 1e9 seconds");

    public static IReadOnlyList<double> Numbers(string text) => [.. text.Split(',').Select(Number)];

    /// <summary>A number, or null for "off".</summary>
    public static double? NumberOrOff(string text) => text == "off" ? null : Number(text);

    /// <summary>Two levels, as in "3-7".</summary>
    public static (int Min, int Max) Levels(string text) =>
        text.Split('-') is [var min, var max] ? (Whole(min), Whole(max)) : throw new FormatException($"'{text}' is no range of levels such as 3-7");

    /// <summary>Numbers of rows, from 1, as in "1,5-7".</summary>
    /// <param name="text">What was given.</param>
    /// <param name="count">How many rows there are.</param>
    public static IReadOnlySet<int> Rows(string text, int count)
    {
        return text.Split(',').SelectMany(part => part.Split('-') switch
        {
            [var row] => [Row(row)],
            [var first, var last] when Row(first) <= Row(last) => Enumerable.Range(Row(first), Row(last) - Row(first) + 1),
            _ => throw new FormatException($"'{part}' is no range of rows such as 5-7"),
        }).ToHashSet();

        int Row(string number) => Whole(number) is var row && row >= 1 && row <= count ? row : throw new FormatException($"there is no row {row}: they are numbered from 1 to {count}");
    }

    /// <summary>
    /// "800x1333" or "800,1333": the short side, and the longest that the long side may get; "800": the long side in the paper's
    /// proportion.
    /// </summary>
    public static InputSize Size(string text)
    {
        var size = text.Split('x', ',') switch
        {
            [var both] when Side(both) is var side => new InputSize(side, (int)Math.Min(Math.Round(side * LongForShort), int.MaxValue)),
            [var shortSide, var longSide] => new(Side(shortSide), Side(longSide)),
            _ => throw NoSize(),
        };
        try
        {
            size.Validate();
            return size;
        }
        catch (ArgumentException error)
        {
            throw new FormatException(error.Message);
        }

        int Side(string side) => int.TryParse(side, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var pixels) ? pixels : throw NoSize();

        FormatException NoSize() => new($"'{text}' is no size such as 800 or 800x1333");
    }
}
