using System.Numerics;

namespace RetinaSharp.Cli.Options;

/// <summary>The value of an option that takes a number or "off".</summary>
/// <param name="Value">The number; null for "off".</param>
internal readonly record struct NumberOrOff<T>(T? Value) where T : struct, INumber<T>, IMinMaxValue<T>
{
    private const string Off = "off";

    /// <summary>Parses a number or "off".</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is neither a number of this type nor "off".</exception>
    public static NumberOrOff<T> Parse(string text) => new(text == Off ? null : CliOption.ParseNumber<T>(text));
}
