using RetinaSharp.Distributed;
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
        // mpirun gives its processes a terminal, whose escape sequences would end up in its log. Without Ansi, Spectre sets the colors of the terminal through System.Console.
        var isTerminal = target.IsTerminal && !ProcessGroup.IsLaunched;
        var console = AnsiConsole.Create(new()
        {
            Out = target,
            Ansi = isTerminal ? AnsiSupport.Detect : ProcessGroup.IsLaunched ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal)
            console.Profile.Width = Unwrapped;
        return console;
    }
}
