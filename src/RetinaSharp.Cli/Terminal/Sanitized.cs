using Spectre.Console.Rendering;

namespace RetinaSharp.Cli.Terminal;

/// <summary>
/// Output without control characters: names from corrupt or malicious files must not send escape sequences to the terminal.
/// </summary>
/// <param name="inner">What is rendered.</param>
internal sealed class Sanitized(IRenderable inner) : IRenderable
{
    public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
        inner.Render(options, maxWidth).Select(segment => segment.IsLineBreak || segment.IsControlCode ? segment : new(Text(segment.Text), segment.Style));

    /// <summary>Returns a text with a question mark in place of each control character except line breaks and tabs.</summary>
    public static string Text(string text) => text.Any(IsControl) ? string.Concat(text.Select(c => IsControl(c) ? '?' : c)) : text;

    private static bool IsControl(char c) => char.IsControl(c) && c is not ('\n' or '\t');
}
