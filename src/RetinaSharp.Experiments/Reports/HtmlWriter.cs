using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Builds HTML. Interpolated values are escaped, so that text cannot become markup.</summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _html = new();

    /// <summary>Appends an interpolated string as a line of markup; the interpolated values are escaped.</summary>
    public void Line([InterpolatedStringHandlerArgument("")] ref Markup _) => _html.Append('\n');

    /// <summary>Appends a line of markup without escaping.</summary>
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
