namespace RetinaSharp.Cli.Terminal;

/// <summary>Formats commands that users can copy into a shell.</summary>
internal static class Shell
{
    /// <summary>Quotes an argument if the shell would split or expand it.</summary>
    public static string Quote(string argument) => argument.AsSpan().IndexOfAny(" #'\"\\$&;()*?") < 0 ? argument : $"'{argument.Replace("'", "'\\''")}'";

    /// <summary>Joins words to a command, each quoted if needed.</summary>
    public static string Command(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));
}
