using System.Text.RegularExpressions;

namespace RetinaSharp.Architecture.Tests;

public partial class DocumentationTests
{
    private const int MaxRecordLines = 60;

    private static IEnumerable<string> Pages => Checkout.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal));

    [Fact]
    public void Pages_RelativeLinks_LeadToAFileAndAHeading()
    {
        var links = (from page in Pages
                     from Match link in Link().Matches(CodeBlock().Replace(Checkout.TextOf(page), ""))
                     select (Page: page, Target: link.Groups[1].Value)).ToList();

        Assert.Contains(links, link => link.Page == "README.md" && link.Target == "ARCHITECTURE.md");
        Violations.None(from link in links where !Exists(link.Page, link.Target) select $"{link.Page} links to {link.Target}");
    }

    [Fact]
    public void Pages_PathsInCode_AreOfTheCheckout()
    {
        // The changelog names files that are gone.
        var paths = (from page in Pages
                     where page != "CHANGELOG.md"
                     from Match path in SourcePath().Matches(Checkout.TextOf(page))
                     select (Page: page, Path: path.Groups[1].Value)).ToList();

        Assert.Contains(paths, path => path.Page == "ARCHITECTURE.md");
        Violations.None(from path in paths where !Path.Exists(Checkout.PathOf(path.Path)) select $"{path.Page} names {path.Path}");
    }

    [Fact]
    public void Records_OfDecisions_AreListedAndShort()
    {
        const string folder = "docs/adr/";
        var records = Pages.Where(page => page.StartsWith(folder, StringComparison.Ordinal) && page != folder + "README.md").ToList();
        var list = Checkout.TextOf(folder + "README.md");

        Assert.NotEmpty(records);
        Violations.None(records.Where(record => !list.Contains($"]({record[folder.Length..]})", StringComparison.Ordinal)));
        Violations.None(records.Where(record => File.ReadLines(Checkout.PathOf(record)).Count() > MaxRecordLines));
    }

    private static bool Exists(string page, string target)
    {
        var (path, heading) = target.Split('#') is [var file, var anchor] ? (file, anchor) : (target, null);
        var full = path.Length == 0 ? Checkout.PathOf(page) : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Checkout.PathOf(page))!, path));
        return Path.Exists(full) && (heading is null || Headings(File.ReadAllText(full)).Contains(heading));
    }

    // GitHub's anchors: lower case, punctuation dropped, spaces as hyphens.
    private static IEnumerable<string> Headings(string text) =>
        Heading().Matches(CodeBlock().Replace(text, "")).Select(match => Punctuation().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\((?!https?://)([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`((?:src|tests|eng|benchmarks|samples|models)/[^`\s*]*)`")]
    private static partial Regex SourcePath();

    [GeneratedRegex(@"^#{1,6} (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex Punctuation();
}
