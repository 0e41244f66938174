using System.CommandLine;

namespace RetinaSharp.Cli.Options;

/// <summary>Tells options that the user gave from those with a default value.</summary>
internal static class ParseResultExtensions
{
    public static bool IsGiven(this ParseResult parse, Option option) => parse.GetResult(option) is { Implicit: false };

    /// <summary>The value of an option; null if it is not given.</summary>
    public static T? GetOptional<T>(this ParseResult parse, Option<T> option) where T : struct => parse.IsGiven(option) ? parse.GetValue(option) : null;
}
