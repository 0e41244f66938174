using System.Buffers;

namespace RetinaSharp.Cli.Terminal;

/// <summary>Formats commands that users can copy into a shell.</summary>
internal static class Shell
{
    // Characters that no shell splits at or expands.
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./=:,+@%");

    /// <summary>Quotes an argument if the shell might split or expand it.</summary>
    public static string Quote(string argument) => argument.Length > 0 && !argument.AsSpan().ContainsAnyExcept(Plain) ? argument : $"'{argument.Replace("'", "'\\''")}'";

    /// <summary>Joins words to a command, each quoted if needed.</summary>
    public static string Command(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));
}
