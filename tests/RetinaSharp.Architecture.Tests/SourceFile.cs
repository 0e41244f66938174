using System.Text.RegularExpressions;

namespace RetinaSharp.Architecture.Tests;

/// <summary>What a C# source file says of the parts; comments do not count.</summary>
internal static partial class SourceFile
{
    /// <summary>The parts among <paramref name="parts"/> that the code names.</summary>
    public static IReadOnlySet<string> PartsNamedIn(string code, IEnumerable<string> parts)
    {
        var known = parts.ToHashSet();
        return Part().Matches(Comment().Replace(code, "")).Select(match => match.Value).Where(known.Contains).ToHashSet();
    }

    /// <summary>The namespaces that the code declares.</summary>
    public static IEnumerable<string> NamespacesIn(string code) =>
        Namespace().Matches(code).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"\bRetinaSharp\.[A-Z]\w*")]
    private static partial Regex Part();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
