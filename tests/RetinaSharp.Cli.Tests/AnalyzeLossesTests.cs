using System.Text.Json;
using RetinaSharp.Cli.Tests.BadInput;

namespace RetinaSharp.Cli.Tests;

[Collection(SharedModel.Name)]
public sealed class AnalyzeLossesTests(TrainedModel trained) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Analyze_Model_ReportsSharesOfTheHardestAnchorsAndWritesPlots()
    {
        var json = Analyze("--json").IsDone().Json;

        Assert.Equal(12, json.GetProperty("images").GetInt32());
        Assert.Equal(["loss-of-negatives.csv", "loss-of-negatives.svg", "loss-of-positives.csv", "loss-of-positives.svg"],
            Directory.GetFiles(_folder.At("out")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(4, json.GetProperty("files").GetArrayLength());
        foreach (var side in (string[])["positives", "negatives"])
        {
            var distributions = json.GetProperty(side).GetProperty("distributions");
            Assert.Equal([0, .5, 1, 2], distributions.EnumerateArray().Select(one => one.GetProperty("gamma").GetDouble()));
            Assert.All(distributions.EnumerateArray(), one => Assert.True(Share(one, 20) is >= .2 and <= 1 && Share(one, 20) >= Share(one, 10) && Share(one, 10) >= Share(one, 1)));
        }

        var table = Analyze().IsDone();
        Assert.Matches(@"(?m)^negatives +2 +\d", table.Out);
        Assert.Contains("loss-of-positives.svg", table.Error);

        static double Share(JsonElement one, int percent) => one.GetProperty($"hardest_{percent}_percent").GetDouble();
    }

    [Fact]
    public void Analyze_DataWithOtherClasses_ExitsWith3()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 2);
        File.WriteAllText(data, File.ReadAllText(data).Replace("\"red\"", "\"green\"").Replace("\"blue\"", "\"grey\""));

        CommandResult.Retina("analyze", "losses", trained.Run, data, "--out", _folder.At("out")).IsRefused(ExitCode.BadData, "none of the model's classes (red, blue)");
    }

    [Fact]
    public void Analyze_MissingModel_ExitsWith3() =>
        CommandResult.Retina("analyze", "losses", _folder.At("none"), trained.Data, "--out", _folder.At("out")).IsRefused(ExitCode.BadData, "none");

    [Fact]
    public void Analyze_WrongUsage_ExitsWith2()
    {
        CommandResult.Retina("analyze", "losses", trained.Run, trained.Data).IsRefused(ExitCode.WrongUsage, "--out");
        Analyze("--batch", "0").IsRefused(ExitCode.WrongUsage, "--batch: 0 is out of range; it must be 1 or more");
        CommandResult.Retina("analyze", "losses", trained.Run, trained.Data, "--out", _folder.Write("file", "")).IsRefused(ExitCode.WrongUsage, "is a file");
    }

    [Fact]
    public void Analyze_Cancelled_ExitsWith130() =>
        Assert.Equal(ExitCode.Cancelled, CommandResult.Retina(new CancellationToken(canceled: true), "analyze", "losses", trained.Run, trained.Data, "--out", _folder.At("out")).Code);

    private CommandResult Analyze(params string[] options) => CommandResult.Retina(["analyze", "losses", trained.Run, trained.Data, "--out", _folder.At("out"), .. options]);
}
