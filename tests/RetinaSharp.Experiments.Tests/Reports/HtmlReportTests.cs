using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using RetinaSharp.Experiments.Reports;

namespace RetinaSharp.Experiments.Tests.Reports;

public partial class HtmlReportTests
{
    private static readonly LineChart Chart = new("Loss", "epoch", "loss", [new("training", [(1, .5), (2, .25)]), new("validation", [(2, .75)])]);

    [Fact]
    public void Render_HostileText_StaysText()
    {
        const string text = Sample.Hostile;
        var html = HtmlReport.Render(new(text, text,
        [
            new(text,
            [
                new Paragraph(text),
                new KeyMetrics([new(text, text, text)]),
                new ReportTable(text, [text, text], [[text, new TableCell(text, IsBest: true)]]),
                new ReportTable(text, [text, text], [[text, text]], IsFolded: true),
                new LineChart(text, text, text, [new(text, [(1, 2)])]),
                new BarChart(text, [text], [new(text, [1]), new(text, [2])]),
                new HeatMapTable(text, text, text, [text, text], [[1, 2], [0, 0]]),
                new PictureGrid([new(Sample.Png, text, text)]),
            ]),
        ]));
        Assert.DoesNotContain("<img src=x", html);
        Assert.DoesNotContain("onerror=alert(1)>", html);
        Assert.DoesNotContain("<script", html);
        Assert.DoesNotContain("</script", html);
    }

    [Fact]
    public void Render_ItsPolicy_LetsItsOwnStylesApplyAndNothingElse()
    {
        var html = HtmlReport.Render(new("Title", "", [new("Section", [Chart])]));
        var policy = Regex.Match(html, "Content-Security-Policy\" content=\"([^\"]*)\"").Groups[1].Value.Replace("&#39;", "'");
        var parts = policy.Split("; ").ToDictionary(part => part[..part.IndexOf(' ')], part => part[(part.IndexOf(' ') + 1)..].Split(' '));
        Assert.Equal(["'none'"], parts["default-src"]);
        Assert.Equal(["data:"], parts["img-src"]);
        Assert.Equal(["'none'"], parts["base-uri"]);
        Assert.Equal(["'none'"], parts["form-action"]);
        Assert.Equal(Style().Matches(html).Select(HashOf), parts["style-src"]);
        Assert.DoesNotContain("script-src", parts);

        static string HashOf(Match match) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(match.Groups[1].Value)))}'";
    }

    [Fact]
    public void Render_AllBlocks_NamesNoOtherFile()
    {
        var html = HtmlReport.Render(new("Title", "", [new("Section", [Chart, new PictureGrid([new(Sample.Png, "a picture")])])]));
        var references = Reference().Matches(html).Select(match => match.Groups[1].Value);
        Assert.All(references, reference => Assert.StartsWith("data:", reference));
        Assert.Equal(2, references.Count());
        Assert.DoesNotContain("@import", html);
        Assert.DoesNotMatch(@"url\((?!#)", html);
    }

    [Fact]
    public void Render_LineChart_IsSvgWithItsNumbersAsATable()
    {
        var html = HtmlReport.Render(new("Title", "", [new("Section", [Chart])]));
        Assert.Contains("<th scope=\"row\">1</th>\n<td class=\"number\">0.5</td>\n<td class=\"number\">–</td>", html);
        Assert.Contains("<th scope=\"row\">2</th>\n<td class=\"number\">0.25</td>\n<td class=\"number\">0.75</td>", html);
        Assert.Matches("<svg[^>]* class=\"chart\" viewBox=\"0 0 460 290\"", html);
    }

    [Fact]
    public void Render_Bars_HaveLengthsInProportion()
    {
        var html = HtmlReport.Render(new("Title", "Lead", [new("Section", [new BarChart("Seconds", ["forward", "loss"], [new("seconds", [4, 1])])])]));
        Assert.Contains("<rect width=\"100%\"", html);
        Assert.Contains("<rect width=\"25%\"", html);
    }

    [Fact]
    public void Render_Table_MarksHeadingsNumbersAndTheBest()
    {
        var html = HtmlReport.Render(new("Title", "", [new("Section", [new ReportTable("Metrics", ["Metric", "one", "name"], [["AP", new TableCell("0.500", true), "x"], ["AR", "0.250", "y"]])])]));
        Assert.Contains("<caption>Metrics</caption>", html);
        Assert.Contains("<th scope=\"col\" class=\"number\">one</th>", html);
        Assert.Contains("<th scope=\"col\" class=\"text\">name</th>", html);
        Assert.Contains("<th scope=\"row\">AP</th>\n<td class=\"number best\"><strong>0.500</strong><span class=\"unseen\"> best</span></td>", html);
        Assert.Contains("<td class=\"number\">0.250</td>", html);
    }

    [Fact]
    public void Render_HeatMap_HasTheNumbersShadedByRow()
    {
        var html = HtmlReport.Render(new("Title", "", [new("Section", [new HeatMapTable("Confusions", "actual", "predicted", ["disc", "ring"], [[3, 1], [0, 20]])])]));
        Assert.Contains("<th scope=\"row\">disc</th>\n<td class=\"number h8\">3</td>\n<td class=\"number h3\">1</td>", html);
        Assert.Contains("<th scope=\"row\">ring</th>\n<td class=\"number h0\">0</td>\n<td class=\"number h10\">20</td>", html);
        // Every shade has a style.
        Assert.All(Enumerable.Range(0, HeatMapTable.Levels + 1), level => Assert.Contains($"\n.h{level} {{", html));
    }

    [Fact]
    public void Render_InvalidBlocks_Throws()
    {
        Assert.Contains("'Table' has 2 columns", Failure(new ReportTable("Table", ["a", "b"], [["1"]])));
        Assert.Contains("'Bars' has 2 categories", Failure(new BarChart("Bars", ["a", "b"], [new("s", [1])])));
        Assert.Contains("'Matrix' has 2 labels", Failure(new HeatMapTable("Matrix", "r", "c", ["a", "b"], [[1, 2]])));
        Assert.Contains("'Lines' has 7 series", Failure(new LineChart("Lines", "x", "y", [.. Enumerable.Repeat(new LineSeries("s", []), 7)])));

        static string Failure(ReportBlock block) =>
            Assert.Throws<ArgumentException>(() => HtmlReport.Render(new("Title", "", [new("Section", [block])]))).Message;
    }

    [Fact]
    public void Write_AFileThatIsThere_IsReplaced()
    {
        using var sample = new Sample();
        var path = sample.At("folder/report.html");
        HtmlReport.Write(new("First", "", []), path);
        HtmlReport.Write(new("Second", "", []), path);
        Assert.Contains("<h1>Second</h1>", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(sample.At("folder")));
    }

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex Style();

    [GeneratedRegex("<[a-z]+ [^>]*?(?:src|href|srcset|action|poster)=\"([^\"]*)\"")]
    private static partial Regex Reference();
}
