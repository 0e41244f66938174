using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Weights;

/// <summary>All that inference needs beside the weights, and where they came from. Kept in the weights file's metadata.</summary>
public sealed record ModelDescription
{
    /// <summary>Version of this description that this program writes and reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the description.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Architecture, anchors, input size and all other settings of the training.</summary>
    public required RunSettings Settings { get; init; }

    /// <summary>The classes, in the order of the classification head, with the ids of the data it was trained on.</summary>
    public required IReadOnlyList<Category> Categories { get; init; }

    /// <summary>The data it was trained on, as the user named it.</summary>
    public string TrainingData { get; init; } = "";

    /// <summary>Images in that data.</summary>
    public int TrainingImages { get; init; }

    /// <summary>Steps done.</summary>
    public long Steps { get; init; }

    /// <summary>Epochs done.</summary>
    public int Epochs { get; init; }

    /// <summary>AP on the validation set at that moment; null without one.</summary>
    public double? ValidationAP { get; init; }

    /// <summary>What preprocessing and postprocessing need to know of the model.</summary>
    public DetectionModel ToDetectionModel() => new()
    {
        Categories = Categories,
        Anchors = Settings.Model.Anchors,
        Input = Settings.Input,
        Inference = Settings.Inference,
    };
}
