using RetinaSharp.Datasets;
using RetinaSharp.Detection.Training;
using RetinaSharp.Distributed;

namespace RetinaSharp.Cli;

/// <summary>
/// Adds the names of command-line options to messages of the library. The library suggests remedies, but does not know the options for them.
/// </summary>
internal static class OptionHints
{
    private static readonly (string Remedy, string Options)[] Hints =
    [
        ("import it first", "retina import FILE --out MODEL.safetensors"),
        ("start from its backbone", "retina train --weights FILE"),
        ("start another run from these weights", "--out, --weights"),
        ("choose the architecture of the weights", "--preset, --backbone, --width"),
        ("or no sampling", "--loss ce, or --sampling none"),
        ("Use pretrained weights, or batch or group norm with nothing frozen", "--weights, or --norm batch --freeze 0"),
        ("choose another loss or assigner", "--loss, or --assigner atss"),
        ("choose no sampling, or another assigner", "--sampling none, or --assigner atss"),
        ("choose NMS, class-agnostic NMS, voting or none, or export raw outputs", "--suppression nms, class-agnostic, voting or none, or --outputs raw"),
        ("choose Soft-NMS with Gaussian decay", "--suppression soft-gaussian"),
        ("export it with OnnxExporter", "retina export onnx MODEL --out FILE.onnx"),
        ("export it again to change that, or with raw outputs", "retina export onnx --suppression, or --outputs raw"),
        ("pack a repaired copy of the dataset", "retina data check DATA --fix --out PATH"),
        ("copy or link the images", "--image-files copy, or --image-files link"),
        ("do not fit in one batch", "a smaller --batch, with --accumulate, or --size"),
        ("a smaller input size or a narrower network", "--size, --width"),
        ("a lower learning rate, a longer warm-up or a smaller gradient norm", "--lr, --warm-up, --clip"),
    ];

    private static readonly (string Property, string Option)[] Properties =
    [
        ($"{nameof(DatasetOptions)}.{nameof(DatasetOptions.ImagesDirectory)}", "--images DIR"),
        ($"{nameof(DatasetOptions)}.{nameof(DatasetOptions.LabelsDirectory)}", "--labels DIR"),
        ($"{nameof(DatasetOptions)}.{nameof(DatasetOptions.MergeClasses)}", "--merge"),
        ($"{nameof(DatasetOptions)}.{nameof(DatasetOptions.DropClasses)}", "--drop-class NAME"),
        ($"{nameof(TrainerOptions)}.{nameof(TrainerOptions.SkipBadImages)}", "--skip-bad-images"),
        ($"{nameof(MpiOptions)}.{nameof(MpiOptions.Library)}", $"the environment variable {Processes.LibraryVariable}"),
    ];

    /// <summary>Returns a message with the options or verbs for the remedy that it suggests; unchanged if it suggests no known remedy.</summary>
    public static string AddTo(string message)
    {
        // The library may name a property of its API; users of the command only know the option.
        foreach (var (property, option) in Properties)
            message = message.Replace(property, option, StringComparison.Ordinal);
        return Hints.FirstOrDefault(hint => message.Contains(hint.Remedy, StringComparison.Ordinal)) is { Options: { } options } ? $"{message.TrimEnd('.')} ({options})." : message;
    }
}
