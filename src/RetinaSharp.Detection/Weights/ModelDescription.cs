using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Weights;

/// <summary>
/// Describes a trained model: everything that inference needs besides the weights, and how the model was trained. Stored in the metadata of the weights file.
/// </summary>
public sealed record ModelDescription
{
    /// <summary>Version of the description format that this version of RetinaSharp writes and reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the description format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Architecture, anchors, input size and all other settings of the training run.</summary>
    public required RunSettings Settings { get; init; }

    /// <summary>The classes in the order of the classification head's logits, with the category ids of the training data.</summary>
    public required IReadOnlyList<Category> Categories { get; init; }

    /// <summary>Source of the training data as given by the user, such as a path; for an imported model, the name of the imported file.</summary>
    public string TrainingData { get; init; } = "";

    /// <summary>Number of training images.</summary>
    public int TrainingImages { get; init; }

    /// <summary>Number of optimizer steps trained.</summary>
    public long Steps { get; init; }

    /// <summary>Number of epochs trained.</summary>
    public int Epochs { get; init; }

    /// <summary>AP of these weights on the validation set; null without a validation set.</summary>
    public double? ValidationAP { get; init; }

    /// <summary>Returns the part of the description that preprocessing and postprocessing need.</summary>
    public DetectionModel ToDetectionModel() => new()
    {
        Categories = Categories,
        Anchors = Settings.Model.Anchors,
        BoxOutputs = Settings.Model.BoxOutputs,
        Input = Settings.Input,
        Tile = Settings.Tile,
        Inference = Settings.Inference,
    };
}
