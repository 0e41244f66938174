using RetinaSharp.Datasets;

namespace RetinaSharp.Cli;

/// <summary>Names the options and verbs for a remedy that a message describes. Libraries do not know the command line.</summary>
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
        ("a lower learning rate, a longer warm-up or a smaller gradient norm", "--lr, --warm-up, --clip"),
    ];

    /// <summary>The message, with the options for its remedy if there are any.</summary>
    public static string AddTo(string message)
    {
        // Libraries may name properties, which users of the command do not know.
        message = message.Replace($"{nameof(DatasetOptions)}.{nameof(DatasetOptions.ImagesDirectory)}", "--images DIR", StringComparison.Ordinal);
        return Hints.FirstOrDefault(hint => message.Contains(hint.Remedy, StringComparison.Ordinal)) is { Options: { } options } ? $"{message.TrimEnd('.')} ({options})." : message;
    }
}
