namespace RetinaSharp.Cli.Tests;

[Trait("Category", "Slow")]
public sealed class DegenerateBoxTests
{
    [Fact]
    public void Train_DegenerateBoxes_HasTheMetricsOfEval()
    {
        using var folder = new TemporaryFolder();
        var clean = ColoredRectangles.Write(folder.At("data"), images: 8);
        var data = folder.At("data", "degenerate.json");
        string[] boxes = ["[5, 5, 0, 9]", "[9, 9, -30, -30]", "[64, 3, 8, 8]", "[5, -20, 10, 20]"];
        var added = string.Concat(boxes.Select((box, i) => $$""", {"id": {{1000 + i}}, "image_id": 100, "category_id": 3, "bbox": {{box}}, "area": 9, "iscrowd": 0}"""));
        var text = File.ReadAllText(clean);
        File.WriteAllText(data, text.Insert(text.LastIndexOf(']'), added));

        var training = CommandResult.Retina("train", "--train", data, "--val", data, "--out", folder.At("run"), "--preset", "tiny", "--size", "64x64", "--epochs", "30", "--batch", "4",
            "--lr", "0.02", "--precision", "fp32", "--json").IsDone();
        var trained = Metrics(training);
        var evaluated = Metrics(CommandResult.Retina("eval", folder.At("run"), data, "--precision", "fp32", "--json").IsDone());
        var cleanMetrics = Metrics(CommandResult.Retina("eval", folder.At("run"), clean, "--precision", "fp32", "--json").IsDone());

        Assert.Equal(trained, evaluated);
        // They are false negatives, as in pycocotools: at most 8 of 12 red boxes can be detected.
        Assert.True(cleanMetrics["AR100"] > evaluated["AR100"] && evaluated["AR100"] > 0, $"AR100 {cleanMetrics["AR100"]}, {evaluated["AR100"]}");
        Assert.Equal(2, training.Error.Split("the first of 4 degenerate boxes").Length - 1);
    }

    private static Dictionary<string, double> Metrics(CommandResult ran) =>
        ran.Json.GetProperty("metrics").EnumerateObject().ToDictionary(metric => metric.Name, metric => metric.Value.GetDouble());
}
