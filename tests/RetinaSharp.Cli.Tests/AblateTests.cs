namespace RetinaSharp.Cli.Tests;

[Trait("Category", "Integration")]
public sealed class AblateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _data;

    public AblateTests() => _data = ColoredRectangles.Write(_folder.At("data"), images: 4);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Ablate_Killed_ResumesWithoutRepeatingFinishedRows()
    {
        using (var process = CommandResult.Start(Command("prior")))
        {
            while (Results().Length == 0 && !process.WaitForExit(5))
            {
            }

            process.Kill();
            process.WaitForExit();
        }

        var kept = Results().ToDictionary(path => path, File.ReadAllText);
        Assert.InRange(kept.Count, 1, 3);

        var ran = CommandResult.Retina([.. Command("prior"), "--json"]).IsDone();

        // A result has the duration of its run, to the last digit: a repeated run would have another.
        Assert.All(kept, entry => Assert.Equal(entry.Value, File.ReadAllText(entry.Key)));
        Assert.DoesNotContain($"{kept.Count}/4", ran.Error);
        Assert.Contains("4/4", ran.Error);
        Assert.Equal("prior", ran.Json.GetProperty("table").GetString());
        Assert.Equal(["π .5", "π .1", "π .01", "π .001"], ran.Json.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("label").GetString()));
        Assert.All(ran.Json.GetProperty("rows").EnumerateArray(), row => Assert.Equal(1, row.GetProperty("trainings").GetArrayLength()));
        Assert.True(File.Exists(_folder.At("tables", "prior.html")));
    }

    [Fact]
    public void Ablate_Finished_PrintsTheTableAndTheReportPath()
    {
        var ran = CommandResult.Retina([.. Command("prior"), "--rows", "1,3-4"]).IsDone();

        Assert.Contains("paper's AP", ran.Out);
        Assert.DoesNotContain("π .1 ", ran.Out);
        Assert.Equal(4, ran.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("prior.html", ran.Error);
        Assert.Contains("retina ablate prior --data", File.ReadAllText(_folder.At("tables", "prior.md")));
    }

    [Fact]
    public void Ablate_SeedsOfATableOfHeads_ShowsTheIntervalAndTheSource()
    {
        var ran = CommandResult.Retina([.. Command("heads"), "--rows", "1,8", "--seeds", "2"]).IsDone();

        Assert.Contains("AP, 95 % interval", ran.Out);
        Assert.Contains("MMDetection's AP", ran.Out);
        Assert.Matches(@"anchors, delta, focal .* \.394", ran.Out);
        Assert.Matches(@"points, distribution, quality focal .* \.402", ran.Out);
        Assert.Contains("MMDetection: COCO val2017", File.ReadAllText(_folder.At("tables", "heads.md")));
    }

    [Fact]
    public void Ablate_Cancelled_ExitsWith130()
    {
        var ran = CommandResult.Retina(new CancellationToken(canceled: true), Command("prior"));

        Assert.Equal(ExitCode.Cancelled, ran.Code);
        Assert.Contains("to resume", ran.Error);
    }

    [Theory]
    [InlineData("--seeds", "0")]
    [InlineData("--seeds", "many")]
    [InlineData("--alpha", "1.5")]
    [InlineData("--gamma", "1", "--loss", "ce")]
    [InlineData("--rows", "5")]
    [InlineData("--rows", "3-2")]
    [InlineData("--rows", "π")]
    public void Ablate_BadValue_ExitsWith2AndNamesTheOption(params string[] options) =>
        CommandResult.Retina([.. Command("prior"), .. options]).IsRefused(ExitCode.WrongUsage, options[0].TrimStart('-')[1..]);

    [Theory]
    [InlineData("gamma", "--gamma", "3")]
    [InlineData("prior", "--prior", ".2")]
    [InlineData("heads", "--head", "points")]
    [InlineData("assigners", "--assigner", "atss")]
    [InlineData("losses", "--sampling", "ohem", "--loss", "ce")]
    [InlineData("augmentations", "--mosaic", ".3", "--rows", "1")]
    [InlineData("heads", "--head", "anchors")]
    public void Ablate_OptionThatTheRowsSet_ExitsWith2(string table, params string[] options) =>
        CommandResult.Retina(["ablate", table, "--data", "nothing.json", "--val", _data, "--out", _folder.At("tables"), "--preset", "tiny", .. options])
            .IsRefused(ExitCode.WrongUsage, $"{options[0]} has no effect on the runs of this table");

    // The data are looked for after the options are checked.
    [Theory]
    [InlineData("losses", "--gamma", "3")]
    [InlineData("losses", "--gamma", "3", "--rows", "1")]
    [InlineData("image-size", "--size", "96x128")]
    [InlineData("augmentations", "--mosaic", ".3")]
    [InlineData("prior", "--seed", "7", "--lr", ".003")]
    [InlineData("heads", "--assigner", "atss")]
    [InlineData("losses", "--head", "points", "--assigner", "atss")]
    [InlineData("losses", "--preset", "pretrained", "--head", "points", "--assigner", "atss")]
    public void Ablate_OptionOfTheStart_IsTaken(string table, params string[] options) =>
        CommandResult.Retina(["ablate", table, "--data", "nothing.json", "--val", _data, "--out", _folder.At("tables"), .. options])
            .IsRefused(ExitCode.BadData, "nothing.json");

    [Fact]
    public void Ablate_MissingData_ExitsWith3() =>
        CommandResult.Retina("ablate", "alpha", "--data", "nothing.json", "--val", _data, "--out", _folder.At("tables")).IsRefused(ExitCode.BadData, "nothing.json");

    private string[] Command(string table) =>
        ["ablate", table, "--data", _data, "--val", _data, "--out", _folder.At("tables"), "--preset", "tiny", "--size", "64", "--epochs", "1", "--batch", "4", "--precision", "fp32"];

    private string[] Results() => Directory.Exists(_folder.At("tables")) ? Directory.GetFiles(_folder.At("tables"), "result.json", SearchOption.AllDirectories) : [];
}
