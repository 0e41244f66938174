using System.Text.Json;
using RetinaSharp.Boxes;

namespace RetinaSharp.Cli.Tests;

[Collection(BadInput.SharedModel.Name)]
public sealed class SuppressionTests(TrainedModel trained)
{
    [Fact]
    public void Detect_Suppression_ChangesTheDetections()
    {
        var nms = Scores();
        var none = Scores("--suppression", "none");

        Assert.Equal(nms, Scores("--suppression", "nms"));
        // Two classes at every place, and anchors that overlap.
        Assert.True(Scores("--suppression", "class-agnostic").Length < nms.Length && nms.Length < none.Length);
        Assert.True(Scores("--suppression", "soft-linear").Length > nms.Length);
        Assert.NotEqual(Scores("--suppression", "soft-gaussian"), Scores("--suppression", "soft-gaussian", "--soft-sigma", ".1"));
        Assert.NotEqual(Scores("--suppression", "fusion"), Scores("--suppression", "fusion", "--nms", ".9"));

        // Scores of NMS, other boxes.
        Assert.Equal(nms, Scores("--suppression", "voting"));
        Assert.NotEqual(Boxes(), Boxes("--suppression", "voting"));

        double[] Boxes(params string[] options) => [.. Detections(options).SelectMany(one => one.GetProperty("bbox").EnumerateArray().Select(number => number.GetDouble()))];

        double[] Scores(params string[] options) => [.. Detections(options).Select(one => one.GetProperty("score").GetDouble())];
    }

    [Fact]
    public void Detect_SigmaForAModelWithNms_ExitsWith2AndNamesTheOption() =>
        CommandResult.Retina("detect", trained.Run, Path.Combine(trained.Images, "00.png"), "--soft-sigma", ".3").IsRefused(ExitCode.WrongUsage, "suppression ClassWise", "(--suppression soft-gaussian)");

    [Fact]
    public void Detect_EnsembleOfTheModelAndItself_IsTheModel()
    {
        var (alone, twice) = (Detections(), Detections("--ensemble", trained.Run, "--ensemble-weights", "2,2"));

        Assert.NotEmpty(alone);
        Assert.Equal(alone.Select(Numbers), twice.Select(Numbers), (a, b) => a.Zip(b).All(pair => Math.Abs(pair.First - pair.Second) < 1e-5 * Math.Max(1, Math.Abs(pair.First))));

        static double[] Numbers(JsonElement one) => [one.GetProperty("score").GetDouble(), .. one.GetProperty("bbox").EnumerateArray().Select(number => number.GetDouble())];
    }

    [Fact]
    public void Detect_ClassAgnosticEnsemble_HasOneBoxPerLocation()
    {
        // The model keeps boxes of both classes up to an IoU of .9. Fusion with itself has .55, and the JSON is rounded.
        Box[] boxes = [.. Detections("--suppression", "class-agnostic", "--nms", ".9", "--ensemble", trained.Run)
            .Select(one => one.GetProperty("bbox").EnumerateArray().Select(number => number.GetSingle()).ToArray())
            .Select(box => new Box(box[0], box[1], box[0] + box[2], box[1] + box[3]))];

        Assert.True(boxes.Length > 1);
        Assert.DoesNotContain(boxes.Index(), one => boxes.Take(one.Index).Any(other => Iou.Compute(one.Item, other) > .56f));
    }

    [Fact]
    public void Eval_Ensemble_HasMetrics()
    {
        var last = Path.Combine(trained.Run, "last.safetensors");

        var json = CommandResult.Retina("eval", trained.Run, trained.Data, "--ensemble", last, "--ensemble", last, "--json").IsDone().Json;

        Assert.Equal(12, json.GetProperty("images").GetInt32());
        CommandResult.Retina("eval", trained.Run, trained.Data, "--ensemble", "nothing").IsRefused(ExitCode.BadData, "nothing");
    }

    private JsonElement[] Detections(params string[] options) => [.. CommandResult.Retina(
            ["detect", trained.Run, Path.Combine(trained.Images, "00.png"), "--max-detections", "2000", "--precision", "fp32", "--json", "--score-threshold", "0", .. options])
        .IsDone().Json.GetProperty("images")[0].GetProperty("detections").EnumerateArray()];
}
