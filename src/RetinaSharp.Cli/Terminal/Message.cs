using Spectre.Console;
using Spectre.Console.Rendering;

namespace RetinaSharp.Cli.Terminal;

/// <summary>
/// A message on lines of its own. The terminal wraps long lines, so that a path or a command can be copied from it whole; a text of Spectre would have line
/// breaks there.
/// </summary>
/// <param name="prefix">Begins the first line; empty for none.</param>
/// <param name="style">Style of the prefix.</param>
/// <param name="text">The message, without control characters.</param>
internal sealed class Message(string prefix, Style style, string text) : IRenderable
{
    public Measurement Measure(RenderOptions options, int maxWidth) => new(0, maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        yield return new(prefix, style);
        foreach (var line in text.Split('\n'))
        {
            yield return new(line);
            yield return Segment.LineBreak;
        }
    }
}
