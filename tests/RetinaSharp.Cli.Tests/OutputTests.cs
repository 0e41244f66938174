using System.Text.Json;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using Spectre.Console;

namespace RetinaSharp.Cli.Tests;

public sealed class OutputTests
{
    private const string Malicious = "c\u001b]0;title\u0007at";

    private readonly StringWriter _stdout = new(), _stderr = new();

    [Fact]
    public void Result_ControlCharacters_AreReplaced()
    {
        var table = Tables.Create("a title longer than the cells");
        table.AddRow(new Text(Malicious));
        var output = Create();

        output.Result(Malicious);
        output.Result(table);

        var lines = _stdout.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["c?]0;title?at", "a title longer than the cells", "c?]0;title?at"], lines);
    }

    [Fact]
    public void Json_ControlCharacters_AreKept()
    {
        Create().Json(writer => writer.WriteString("name", Malicious));

        using var document = JsonDocument.Parse(_stdout.ToString());
        Assert.Equal(Malicious, document.RootElement.GetProperty("name").GetString());
    }

    [Fact]
    public void Messages_LongerThanTheTerminalIsWide_AreWrittenInOneLine()
    {
        const string Command = "retina eval '/a path/longer than/the terminal' DATA";
        var output = Create(width: 20);

        output.Info($"{Command}\nnext");
        output.Warning(Command);
        output.Error(Command);

        Assert.Equal([Command, "next", $"warning: {Command}", $"error: {Command}", ""], _stderr.ToString().ReplaceLineEndings("\n").Split('\n'));
    }

    private Output Create(int? width = null)
    {
        var stderr = Consoles.Over(_stderr);
        stderr.Profile.Width = width ?? stderr.Profile.Width;
        return new(_stdout, stderr);
    }
}
