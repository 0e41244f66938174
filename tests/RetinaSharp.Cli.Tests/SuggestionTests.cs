namespace RetinaSharp.Cli.Tests;

public sealed class SuggestionTests
{
    /// <summary>A call with a misspelled token, and the name that is suggested.</summary>
    public static TheoryData<string[], string, string> Misspelled => new()
    {
        { ["trian", "--train", "a", "--out", "b"], "trian", "train" },
        { ["detct", "model", "a.png"], "detct", "detect" },
        { ["data", "inof", "a.json"], "inof", "info" },
        { ["data", "gen"], "gen", "generate" },
        { ["loss", "curvs", "--out", "a"], "curvs", "curves" },
        { ["ablate", "gama"], "gama", "gamma" },
        { ["bench", "asign"], "asign", "assign" },
        { ["export", "onx", "model"], "onx", "onnx" },
        { ["train", "--train", "a", "--out", "b", "--imgs", "c"], "--imgs", "--images" },
        { ["train", "--train", "a", "--out", "b", "--epoch", "3"], "--epoch", "--epochs" },
        { ["train", "--train", "a", "--out", "b", "--batch-size", "3"], "--batch-size", "--batch" },
        { ["score", "--thruth", "a", "--detections", "b"], "--thruth", "--truth" },
        // Tokens that a positional argument accepts.
        { ["detect", "model", "a.png", "--scoer-threshold", ".5"], "--scoer-threshold", "--score-threshold" },
        { ["data", "info", "a.json", "--jsn"], "--jsn", "--json" },
        { ["ablate", "gamma", "--data", "a", "--val", "b", "--out", "c", "--sed", "2"], "--sed", "--seed" },
    };

    [Theory]
    [MemberData(nameof(Misspelled))]
    public void Run_MisspelledVerbOrOption_ExitsWith2AndSuggestsTheNearest(string[] args, string token, string name) =>
        CommandResult.Retina(args).IsRefused(ExitCode.WrongUsage, $"'{token}'", $"Did you mean '{name}'?");

    [Fact]
    public void Run_MisspelledVerb_PrintsNoOtherError()
    {
        var ran = CommandResult.Retina("data", "inof", "a.json", "--json");

        Assert.Single(ran.Error.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.Contains("Run 'retina data --help' for usage.", ran.Error);
    }

    [Fact]
    public void Run_MisspelledOptionWithAValue_PrintsOneError()
    {
        var ran = CommandResult.Retina("train", "--train", "a", "--out", "b", "--imgs", "images", "--preset", "tiny");

        Assert.Single(ran.Error.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("xyz")]
    [InlineData("train", "--train", "a", "--out", "b", "--frobnicate")]
    [InlineData("score", "--truth", "a", "--detections", "b", "score")]
    public void Run_NothingSimilar_SuggestsNothing(params string[] args)
    {
        var ran = CommandResult.Retina(args);

        ran.IsRefused(ExitCode.WrongUsage, $"'{args[^1]}'");
        Assert.DoesNotContain("Did you mean", ran.Error);
    }
}
