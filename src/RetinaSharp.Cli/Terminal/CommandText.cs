namespace RetinaSharp.Cli.Terminal;

/// <summary>Commands for people to copy.</summary>
internal static class CommandText
{
    /// <summary>An argument as a shell takes it for one: '#' and blanks take it apart.</summary>
    public static string Quoted(string argument) => argument.AsSpan().IndexOfAny(" #'\"\\$&;()*?") < 0 ? argument : $"'{argument.Replace("'", "'\\''")}'";
}
