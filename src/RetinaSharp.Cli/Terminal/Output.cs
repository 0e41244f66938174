using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RetinaSharp.Cli.Terminal;

/// <summary>
/// The output of a verb: writes results to stdout, and messages, warnings, errors and progress to stderr. Texts and tables have no control characters; JSON
/// escapes them.
/// </summary>
/// <param name="stdout">Receives results.</param>
/// <param name="stderr">Receives everything else.</param>
internal sealed class Output(TextWriter stdout, IAnsiConsole stderr)
{
    private IAnsiConsole _results = Consoles.Over(stdout);
    private string _speaker = "";
    private bool _isMuted;

    /// <summary>The console on stderr, for progress bars.</summary>
    public IAnsiConsole Console => stderr;

    /// <summary>Whether stderr is a terminal with ANSI escape sequences, on which a progress bar can be redrawn.</summary>
    public bool IsTerminal => _speaker.Length == 0 && stderr.Profile.Out.IsTerminal && stderr.Profile.Capabilities.Ansi;

    /// <summary>Names this process, which is one of several with the same output, in its errors. There is no progress bar then.</summary>
    /// <param name="speaker">Name of the process, which begins its errors.</param>
    /// <param name="isMuted">Whether the process only reports errors, because another one writes everything else.</param>
    public void SpeakAs(string speaker, bool isMuted)
    {
        (_speaker, _isMuted) = (speaker, isMuted);
        if (isMuted)
            (stdout, _results) = (TextWriter.Null, Consoles.Over(TextWriter.Null));
    }

    public void Info(string text)
    {
        if (!_isMuted)
            stderr.Write(new Message("", Style.Plain, Sanitized.Text(text)));
    }

    public void Warning(string text)
    {
        if (!_isMuted)
            Write("warning: ", Color.Yellow, text);
    }

    public void Error(string text) => Write("error: ", Color.Red, _speaker + text);

    /// <summary>Writes a line of results to stdout.</summary>
    public void Result(string text) => stdout.WriteLine(Sanitized.Text(text));

    /// <summary>Writes a table of results to stdout.</summary>
    public void Result(IRenderable table) => _results.Write(new Sanitized(table));

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

    private void Write(string prefix, Color color, string text) => stderr.Write(new Message(prefix, new(color), Sanitized.Text(text)));
}
