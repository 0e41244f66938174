using RetinaSharp.Inference;

namespace RetinaSharp.OnnxRuntime;

/// <summary>What the metadata of an exported model say about it.</summary>
public sealed record OnnxModelDescription
{
    /// <summary>Categories, anchors, input size, and default settings of postprocessing.</summary>
    public required DetectionModel Model { get; init; }

    /// <summary>The kind of outputs.</summary>
    public required OnnxOutputKind Outputs { get; init; }

    /// <summary>Version of the metadata, from 1.</summary>
    public required int Format { get; init; }

    /// <summary>SHA-256 of the graph, in hexadecimal digits; null in files of format 1.</summary>
    public string? Checksum { get; init; }

    /// <summary>Whether the scores of an anchor are a softmax whose first output is the background; otherwise each is a sigmoid.</summary>
    public bool HasBackgroundOutput { get; init; }

    /// <summary>Number type of the convolutions: <c>fp32</c> or <c>int8</c>.</summary>
    public string Precision { get; init; } = "fp32";

    /// <summary>Logit below which those of an int8 model are not told apart; null: all are.</summary>
    public double? MinLogit { get; init; }

    /// <summary>Smallest score threshold that the model can be used with: lower scores are those of <see cref="MinLogit"/>, background included.</summary>
    public double MinScoreThreshold => MinLogit is not { } logit ? 0
        : 1 / (1 + Math.Exp(-logit)) is var score && Model.BoxOutputs.HasCenterness ? Math.Sqrt(score) : score;

    /// <summary>Height and width of the images in pixels, if the graph fixes them; null: dynamic.</summary>
    public (int Height, int Width)? Size { get; init; }
}
