using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RetinaSharp.Cli.Terminal;

/// <summary>The output of a verb: writes results to stdout, and messages, warnings, errors and progress to stderr.</summary>
/// <param name="stdout">Receives results.</param>
/// <param name="stderr">Receives everything else.</param>
internal sealed class Output(TextWriter stdout, IAnsiConsole stderr)
{
    private readonly IAnsiConsole _results = Consoles.Over(stdout);

    /// <summary>The console on stderr, for progress bars.</summary>
    public IAnsiConsole Console => stderr;

    /// <summary>Whether stderr is a terminal with ANSI escape sequences, on which a progress bar can be redrawn.</summary>
    public bool IsTerminal => stderr.Profile.Out.IsTerminal && stderr.Profile.Capabilities.Ansi;

    public void Info(string text) => stderr.Write(new Text(Sanitized(text) + "\n"));

    public void Warning(string text) => Write("warning: ", Color.Yellow, text);

    public void Error(string text) => Write("error: ", Color.Red, text);

    /// <summary>Writes a line of results to stdout.</summary>
    public void Result(string text) => stdout.WriteLine(text);

    /// <summary>Writes a table of results to stdout.</summary>
    public void Result(IRenderable table) => _results.Write(table);

    /// <summary>Writes the results to stdout as a JSON document.</summary>
    /// <param name="write">Writes the properties of the document's root object.</param>
    public void Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new MemoryStream();
        // Relaxed escaping keeps file and class names readable; the document is not embedded in HTML.
        using (var writer = new Utf8JsonWriter(buffer, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        stdout.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    private void Write(string prefix, Color color, string text) => stderr.Write(new Paragraph(prefix, new(color)).Append(Sanitized(text) + "\n"));

    // Names from corrupt or malicious files must not send escape sequences to the terminal.
    private static string Sanitized(string text) => text.Any(IsControl) ? string.Concat(text.Select(c => IsControl(c) ? '?' : c)) : text;

    private static bool IsControl(char c) => char.IsControl(c) && c is not ('\n' or '\t');
}
