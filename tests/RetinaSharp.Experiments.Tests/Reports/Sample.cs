using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Evaluation;

namespace RetinaSharp.Experiments.Tests.Reports;

/// <summary>Run folders and metrics, with names that try to be markup.</summary>
internal sealed class Sample : IDisposable
{
    public const string Hostile = "\"><img src=x onerror=alert(1)></script><script>alert(2)</script><!-- & '";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retinasharp");

    /// <summary>A picture of 2 × 1 pixels.</summary>
    public static byte[] Png { get; } = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADUlEQVR4nGP4zwAE/wEHAAH/4iOeWQAAAABJRU5ErkJggg==");

    public string At(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>A run folder.</summary>
    public string Run(string name, int epochs, RunSettings? settings = null, bool isValidated = true, bool hasModel = true)
    {
        settings ??= new();
        var run = Directory.CreateDirectory(At(name)).FullName;
        File.WriteAllText(Path.Combine(run, "config.json"), SettingsJson.Write(settings));
        File.WriteAllLines(Path.Combine(run, "metrics.jsonl"), Enumerable.Range(1, epochs).Select(epoch => Line(epoch, isValidated)));
        if (hasModel)
            File.WriteAllBytes(Path.Combine(run, "last.safetensors"), Model(settings));
        return run;
    }

    /// <summary>A line of metrics.jsonl. AP rises up to epoch 30, and falls from there.</summary>
    public static string Line(int epoch, bool isValidated = true)
    {
        var loss = 1.1 * Math.Exp(-epoch / 12.0) + .15 + .02 * Math.Sin(epoch);
        var ap = .5 - Math.Abs(30 - epoch) / 100.0;
        var validation = isValidated
            ? $"\"validation_loss_classification\":{loss * 1.2},\"validation_loss_box\":{loss * .8},\"AP\":{ap},\"AP50\":{ap + .2},\"AP75\":{ap - .1},\"APs\":-1,\"APm\":{ap},\"APl\":{ap},"
                + $"\"AR1\":{ap},\"AR10\":{ap},\"AR100\":{ap},\"ARs\":-1,\"ARm\":{ap},\"ARl\":{ap},\"best\":{(epoch <= 30 ? "true" : "false")},"
            : "";
        return $"{{\"epoch\":{epoch},\"step\":{25 * epoch},\"learning_rate\":{.01 / epoch},\"loss_classification\":{loss},\"loss_box\":{loss / 2},\"positive_anchors\":{400 + epoch},\"positive_share\":{(400 + epoch) / 1e6},{validation}"
            + $"\"seconds\":{9.5 * epoch},\"phases\":{{\"data\":0.5,\"forward\":3,\"loss\":0.05,\"backward\":5,\"optimizer\":0.95}}}}";
    }

    /// <summary>Metrics of two classes with ten boxes each, of which some are detected.</summary>
    public static CocoMetrics Metrics(int detected, string secondClass = Hostile)
    {
        Category[] categories = [new(1, "disc"), new(2, secondClass)];
        var groundTruth = new DetectionDataset
        {
            Source = "sample",
            Categories = categories,
            Images = [.. Enumerable.Range(1, 10).Select(id => new AnnotatedImage
            {
                Id = id, FileName = $"{id}.png", Path = "", Width = 200, Height = 200,
                Annotations = [.. categories.Select((_, index) => new Annotation { Id = 2 * id + index, Category = index, Box = BoxOf(index), Area = BoxOf(index).Area })],
            })],
        };
        return CocoEvaluator.Evaluate(groundTruth,
            [.. Enumerable.Range(1, detected).SelectMany(id => categories.Select((category, index) => new DetectionResult(id, category.Id, BoxOf(index), .9)))]);

        static BoxXywh BoxOf(int category) => new(10 + 80 * category, 10, 50, 50);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>A model file with a description, but without weights.</summary>
    private static byte[] Model(RunSettings settings)
    {
        var name = JsonEncodedText.Encode(Hostile);
        var description = $$"""{"version":1,"settings":{{SettingsJson.Write(settings)}},"categories":[{"id":1,"name":"disc"},{"id":2,"name":"{{name}}"}],"trainingData":"scenes#train","trainingImages":200,"steps":1000,"epochs":40}""";
        var header = Encoding.UTF8.GetBytes($$$"""{"__metadata__":{"format":"pt","retinasharp.model":"{{{JsonEncodedText.Encode(description)}}}"}}""");
        var file = new byte[8 + header.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file, 8);
        return file;
    }
}
