using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using RetinaSharp.Detection;
using RetinaSharp.Experiments.Charts;

namespace RetinaSharp.Experiments.Reports;

/// <summary>
/// Writes a report as one self-contained HTML file with styles, charts and pictures. It has no scripts, and its content security policy blocks
/// scripts and all requests.
/// </summary>
public static class HtmlReport
{
    /// <summary>Writes a report to a file, atomically: on failure an existing file is unchanged.</summary>
    /// <param name="report">The report.</param>
    /// <param name="path">Path of the file. An existing file is replaced; missing folders are created.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to write.</exception>
    public static void Write(Report report, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var html = Render(report);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(html)));
    }

    /// <summary>Renders a report as HTML.</summary>
    /// <param name="report">The report.</param>
    /// <exception cref="ArgumentException">
    /// A table row has another number of cells than there are columns, a chart series has another number of values than there are categories, or a chart has
    /// no series or more than 6.
    /// </exception>
    public static string Render(Report report)
    {
        ArgumentNullException.ThrowIfNull(report);
        List<string> styles = [EmbeddedFile.Read(EmbeddedFile.Style), ChartSvg.Style];
        var html = new HtmlWriter();
        Head(html, report, styles);
        html.Line($"<header><h1>{report.Title}</h1><p class=\"lead\">{report.Lead}</p></header>");
        html.Raw("<main>");
        var blocks = new BlockWriter(html);
        foreach (var section in report.Sections)
        {
            html.Line($"<section><h2>{section.Title}</h2><div class=\"blocks\">");
            foreach (var block in section.Blocks)
                blocks.Write(block);
            html.Raw("</div></section>");
        }

        html.Raw("</main>");
        Foot(html);
        return html.ToString();
    }

    private static void Head(HtmlWriter html, Report report, List<string> styles)
    {
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">");
        html.Line($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src {Hashes(styles)}; base-uri 'none'; form-action 'none'\">");
        html.Raw("""
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <link rel="icon" href="data:,">
            """);
        html.Line($"<title>{report.Title}</title>");
        foreach (var style in styles)
            html.Raw($"<style>{style}</style>");
        html.Raw("</head>\n<body>");
    }

    private static void Foot(HtmlWriter html)
    {
        var version = typeof(HtmlReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        html.Line($"<footer><p>Created by RetinaSharp {version}.</p></footer>");
        html.Raw("</body>\n</html>");
    }

    /// <summary>Returns the hashes for <c>style-src</c> of the content security policy, which allow these style sheets only.</summary>
    private static string Hashes(List<string> texts) =>
        string.Join(' ', texts.Select(text => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'"));
}
