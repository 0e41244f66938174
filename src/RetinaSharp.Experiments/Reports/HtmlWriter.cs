using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Collects HTML. What stands in the holes of an interpolated string is escaped, so that text cannot become markup.</summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _html = new();

    /// <summary>Adds a line of markup, with text in its holes.</summary>
    public void Line([InterpolatedStringHandlerArgument("")] ref Markup _) => _html.Append('\n');

    /// <summary>Adds what is markup already.</summary>
    public void Raw(string markup) => _html.Append(markup).Append('\n');

    public override string ToString() => _html.ToString();

    [InterpolatedStringHandler]
    public readonly ref struct Markup
    {
        private readonly StringBuilder _html;

        public Markup(int literalLength, int formattedCount, HtmlWriter writer) => _html = writer._html;

        public void AppendLiteral(string markup) => _html.Append(markup);

        public void AppendFormatted(string? text) => _html.Append(WebUtility.HtmlEncode(text));

        public void AppendFormatted(int number) => _html.Append(number);
    }
}
