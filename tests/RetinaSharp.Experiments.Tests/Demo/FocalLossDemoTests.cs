using RetinaSharp.Experiments.Demo;
using RetinaSharp.Experiments.Scenes;

namespace RetinaSharp.Experiments.Tests.Demo;

public sealed class FocalLossDemoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WriteReport_ShortRuns_ComparesThemAndDrawsTheImagesOnWhichTheyDiffer()
    {
        var demo = new FocalLossDemo(_folder.At("demo"));
        var (train, val) = SceneSet.Write(demo.DataFolder, new() { Train = 8, Val = 2, Size = 128 });
        List<DemoResult> results = [.. FocalLossDemo.Runs.Select(run => demo.Train(Shortened(run), train.Set, val.Set))];

        demo.WriteReport(results, val);

        var report = File.ReadAllText(demo.ReportFile);
        Assert.All(FocalLossDemo.Runs, run => Assert.Contains($"AP, {run.Name}", report));
        Assert.Contains("Images on which the runs differ", report);
        // Each image for both runs.
        var pictures = Directory.GetFiles(demo.PictureFolder).Select(Path.GetFileName).ToList();
        Assert.Equal(pictures.Count(name => name!.StartsWith("focal-", StringComparison.Ordinal)), pictures.Count(name => name!.StartsWith("cross-entropy-", StringComparison.Ordinal)));
        Assert.Equal(pictures.Count, report.Split("<img src=\"data:image/jpeg;base64,").Length - 1);
    }

    private static DemoRun Shortened(DemoRun run) => run with
    {
        Settings = run.Settings with { Input = new(128, 128), Training = run.Settings.Training with { Epochs = 1, Batch = 4 } },
    };
}
