namespace RetinaSharp.Cli.Options;

/// <summary>The value of an option that takes an integer or "auto".</summary>
/// <param name="Value">The integer; null for "auto".</param>
internal readonly record struct IntegerOrAuto(int? Value)
{
    private const string Auto = "auto";

    /// <summary>Parses an integer or "auto".</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is neither an integer nor "auto".</exception>
    public static IntegerOrAuto Parse(string text) => new(text == Auto ? null : CliOption.ParseNumber<int>(text));
}
