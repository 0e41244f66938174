using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RetinaSharp.Cli.Terminal;

/// <summary>Results on stdout, everything else on stderr.</summary>
/// <param name="stdout">Where results go.</param>
/// <param name="stderr">Where people are talked to.</param>
internal sealed class Output(TextWriter stdout, IAnsiConsole stderr)
{
    private readonly IAnsiConsole _results = Consoles.Over(stdout);

    /// <summary>The console on stderr, for what is drawn anew while it changes.</summary>
    public IAnsiConsole Messages => stderr;

    /// <summary>Whether people see stderr as it is written.</summary>
    public bool IsLive => stderr.Profile.Out.IsTerminal && stderr.Profile.Capabilities.Ansi;

    public void Say(string text) => stderr.Write(new Text(Shown(text) + "\n"));

    public void Warn(string text) => Say("warning: ", Color.Yellow, text);

    public void Fail(string text) => Say("error: ", Color.Red, text);

    /// <summary>Writes a line of results.</summary>
    public void Result(string text) => stdout.WriteLine(text);

    /// <summary>Writes a table of results.</summary>
    public void Result(IRenderable table) => _results.Write(table);

    /// <summary>Writes the one JSON document; <paramref name="write"/> writes the members of its object.</summary>
    public void Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new MemoryStream();
        // The document goes to files and pipes, not into HTML: names of files and classes stay readable.
        using (var writer = new Utf8JsonWriter(buffer, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        stdout.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    private void Say(string prefix, Color colour, string text) => stderr.Write(new Paragraph(prefix, new(colour)).Append(Shown(text) + "\n"));

    // Names out of damaged or hostile files must not steer the terminal.
    private static string Shown(string text) => text.Any(IsSteering) ? string.Concat(text.Select(c => IsSteering(c) ? '?' : c)) : text;

    private static bool IsSteering(char c) => char.IsControl(c) && c is not ('\n' or '\t');
}
