using System.CommandLine;

namespace RetinaSharp.Cli.Options;

/// <summary>Distinguishes options that are given on the command line from options with their default value.</summary>
internal static class ParseResultExtensions
{
    public static bool IsGiven(this ParseResult parse, Option option) => parse.GetResult(option) is { Implicit: false };

    /// <summary>Returns the value of an option; null if it is not given on the command line.</summary>
    public static T? GetOptional<T>(this ParseResult parse, Option<T> option) where T : struct => parse.IsGiven(option) ? parse.GetValue(option) : null;
}
