using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using System.Text.RegularExpressions;
using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli.Tests;

/// <summary>Turns the <c>--help</c> text of every verb into <c>docs/cli.md</c>.</summary>
internal static partial class CliReference
{
    public const string Path = "docs/cli.md";

    private const string Introduction =
        """
        # Command-line reference

        > Generated from the `--help` text of every verb. To update: `eng/cli-reference.sh`.

        `./retina` runs the command from a checkout, `retina` is the installed .NET tool. Results go to stdout, everything else to stderr.
        With `--json`, stdout is exactly one JSON document.

        | exit code | meaning |
        | ---: | --- |
        | 0 | success |
        | 1 | failure |
        | 2 | wrong usage |
        | 3 | invalid input data; file, location and reason are on stderr |
        | 4 | engine or device not available |
        | 75 | another process or the connection to it was lost; start again |
        | 130 | canceled by Ctrl-C or SIGTERM; a training run writes its checkpoint first |

        """;

    /// <summary>The page, with <c>\n</c> line ends.</summary>
    public static string Create()
    {
        var root = RetinaCommand.Create(new(new Output(TextWriter.Null, Consoles.Over(TextWriter.Null)), default));
        // 'data' and its like only group verbs.
        var verbs = Verbs(root, "retina").Skip(1).Where(entry => entry.Verb.Action is not null).ToList();
        var page = new StringBuilder(Introduction).Append('\n');
        page.Append("| verb | |\n| --- | --- |\n");
        foreach (var (path, verb) in verbs)
            page.Append($"| [`{path}`](#{path.Replace(' ', '-')}) | {Cell(verb.Description ?? "")} |\n");
        foreach (var (path, _) in verbs)
            Append(page, path, HelpOf(root, path));
        return page.ToString().ReplaceLineEndings("\n");
    }

    private static IEnumerable<(string Path, Command Verb)> Verbs(Command command, string path) =>
        command.Subcommands.SelectMany(verb => Verbs(verb, $"{path} {verb.Name}")).Prepend((path, command));

    private static string HelpOf(Command root, string path)
    {
        // One line for each option, whatever the width of the terminal.
        ((HelpAction)root.Options.OfType<HelpOption>().Single().Action!).MaxWidth = int.MaxValue;
        using var help = new StringWriter();
        root.Parse([.. path.Split(' ').Skip(1), "--help"]).Invoke(new() { Output = help });
        return help.ToString().ReplaceLineEndings("\n");
    }

    // The sections of the text: a title with a colon, then indented lines, in "Arguments" and "Options" of two columns.
    private static void Append(StringBuilder page, string path, string help)
    {
        page.Append($"\n## {path}\n");
        foreach (var section in help.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = section.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (lines is [])
                continue;
            var content = lines.Skip(1).Select(line => line.Trim());
            switch (lines[0].TrimEnd(':'))
            {
                case "Description":
                    page.Append($"\n{string.Join('\n', content)}\n");
                    break;
                case "Usage":
                    page.Append($"\n```\n{string.Join('\n', content)}\n```\n");
                    break;
                case "Commands":
                    // Each has a section of its own.
                    break;
                case var title:
                    page.Append($"\n| {title.ToLowerInvariant()} | |\n| --- | --- |\n");
                    foreach (var columns in content.Where(line => !line.StartsWith("-?", StringComparison.Ordinal)).Select(line => Columns().Split(line, 2)))
                        page.Append($"| `{columns[0].Replace("|", "\\|")}` | {Cell(columns.ElementAtOrDefault(1) ?? "")} |\n");
                    break;
            }
        }
    }

    // '<' starts a tag in Markdown, and '|' a cell.
    private static string Cell(string text) => text.Replace("|", "\\|").Replace("<", "&lt;");

    [GeneratedRegex(" {2,}")]
    private static partial Regex Columns();
}
