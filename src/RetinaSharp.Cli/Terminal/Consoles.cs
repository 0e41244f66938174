using Spectre.Console;

namespace RetinaSharp.Cli.Terminal;

/// <summary>Creates Spectre consoles for stdout and stderr.</summary>
internal static class Consoles
{
    // Width in characters, large enough that text in a file or pipe is not wrapped.
    private const int Unwrapped = 4096;

    /// <summary>
    /// Creates a console that writes to <paramref name="writer"/>. On a terminal it uses colors; to a file or pipe it writes plain text without line wrapping.
    /// </summary>
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
