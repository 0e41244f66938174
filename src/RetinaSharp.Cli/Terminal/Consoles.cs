using Spectre.Console;

namespace RetinaSharp.Cli.Terminal;

/// <summary>Creates consoles.</summary>
internal static class Consoles
{
    // Wide enough that text in a file or pipe is not wrapped.
    private const int Unwrapped = 4096;

    /// <summary>A console that writes to <paramref name="writer"/>: with colors on a terminal, plain and unwrapped elsewhere.</summary>
    public static IAnsiConsole Over(TextWriter writer)
    {
        var target = new AnsiConsoleOutput(writer);
        var console = AnsiConsole.Create(new()
        {
            Out = target,
            Ansi = target.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = target.IsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = target.IsTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!target.IsTerminal)
            console.Profile.Width = Unwrapped;
        return console;
    }
}
