namespace RetinaSharp.Cli.Tests;

[Trait("Category", "Integration")]
public sealed class TuneTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _data;

    public TuneTests() => _data = ColoredRectangles.Write(_folder.At("data"), images: 4);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tune_Killed_ResumesWithoutRepeatingFinishedRuns()
    {
        using (var process = CommandResult.Start(Command()))
        {
            while (Results().Length == 0 && !process.WaitForExit(5))
            {
            }

            process.Kill();
            process.WaitForExit();
        }

        var kept = Results().ToDictionary(path => path, File.ReadAllText);
        Assert.InRange(kept.Count, 1, 2);

        var ran = CommandResult.Retina([.. Command(), "--json"]).IsDone();

        // A result has the duration of its run, to the last digit: a repeated run would have another.
        Assert.All(kept, entry => Assert.Equal(entry.Value, File.ReadAllText(entry.Key)));
        Assert.True(ran.Json.GetProperty("complete").GetBoolean());
        Assert.Equal([0, 1, 2], ran.Json.GetProperty("trials").EnumerateArray().Select(trial => trial.GetProperty("trial").GetInt32()));
        Assert.Equal(3, ran.Json.GetProperty("trials").EnumerateArray().Sum(trial => trial.GetProperty("trainings").GetArrayLength()));
        Assert.Contains("3/3", ran.Error);
        Assert.Contains(" left", ran.Error);
        Assert.True(File.Exists(_folder.At("search", "report.html")));
    }

    [Fact]
    public void Tune_Finished_PrintsTheTrialsAndACommandThatTrainsWithTheBest()
    {
        var ran = CommandResult.Retina(Command()).IsDone();

        Assert.Equal(4, ran.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("learning rate", ran.Out);
        Assert.Contains("too few", ran.Error);
        var next = ran.Error.Split('\n').Single(line => line.StartsWith("Next: retina train ", StringComparison.Ordinal));
        string[] arguments = [.. next["Next: retina ".Length..].TrimEnd().Split(' ')];
        Assert.DoesNotContain("--epochs", arguments);
        arguments[^1] = _folder.At("trained");

        CommandResult.Retina(arguments).IsDone();

        // The settings of the trained run are those of the best trial, also its epochs.
        Assert.Equal(File.ReadAllText(_folder.At("search", "best.json")), File.ReadAllText(_folder.At("trained", "config.json")));
    }

    [Fact]
    public void Tune_OtherSettingsIntoTheSameFolder_ExitsWith2AndNamesTheDifference()
    {
        CommandResult.Retina(new CancellationToken(canceled: true), Command());

        CommandResult.Retina([.. Command(), "--seed", "3"]).IsRefused(ExitCode.WrongUsage, "training.seed is 0, not 3");
    }

    [Fact]
    public void Tune_Cancelled_ExitsWith130()
    {
        var ran = CommandResult.Retina(new CancellationToken(canceled: true), Command());

        Assert.Equal(ExitCode.Cancelled, ran.Code);
        Assert.Contains("to resume", ran.Error);
    }

    [Fact]
    public void Tune_BudgetForLessThanARun_ExitsWith1AndSaysSo()
    {
        string[] command = [.. Command()];
        command[Array.IndexOf(command, "--budget") + 1] = "0.0001";

        CommandResult.Retina(command).IsRefused(ExitCode.Failed, "the first run is not finished");
    }

    [Theory]
    [InlineData("--budget", "0")]
    [InlineData("--budget", "soon")]
    [InlineData("--trials", "0")]
    [InlineData("--alpha", "1.5")]
    public void Tune_BadValue_ExitsWith2AndNamesTheOption(string option, string value) =>
        CommandResult.Retina([.. Command().Where(word => word is not ("--budget" or "1000") || option != "--budget"), option, value]).IsRefused(ExitCode.WrongUsage, option.TrimStart('-')[1..]);

    [Fact]
    public void Tune_MissingData_ExitsWith3() =>
        CommandResult.Retina("tune", "--train", "nothing.json", "--val", _data, "--budget", "1", "--out", _folder.At("search")).IsRefused(ExitCode.BadData, "nothing.json");

    private string[] Command() =>
    [
        "tune", "--train", _data, "--val", _data, "--budget", "1000", "--out", _folder.At("search"), "--trials", "3",
        "--preset", "tiny", "--size", "64", "--epochs", "3", "--batch", "4", "--precision", "fp32",
    ];

    private string[] Results() => Directory.Exists(_folder.At("search")) ? Directory.GetFiles(_folder.At("search"), "result.json", SearchOption.AllDirectories) : [];
}
