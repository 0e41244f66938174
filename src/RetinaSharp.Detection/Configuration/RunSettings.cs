using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Configuration;

/// <summary>All settings of a training run except the data. Saved in the run folder as config.json.</summary>
public sealed record RunSettings
{
    /// <summary>The architecture of the network.</summary>
    public ModelSettings Model { get; init; } = new();

    /// <summary>Size that images are scaled to, in training and inference.</summary>
    public InputSize Input { get; init; } = new(800, 1333);

    /// <summary>
    /// Side of square slices in pixels of the image, at least 16, for large images with small objects: training and inference replace each image by its
    /// overlapping slices and the whole image, each of which is scaled to <see cref="Input"/>. Null: whole images only.
    /// </summary>
    public int? Tile { get; init; }

    /// <summary>How anchors are assigned to ground-truth boxes.</summary>
    public AssignerSettings Assigner { get; init; } = new();

    /// <summary>Augmentation of training images.</summary>
    public AugmentationSettings Augmentation { get; init; } = new();

    /// <summary>The training loss.</summary>
    public LossSettings Loss { get; init; } = new();

    /// <summary>
    /// Initial weights: <see cref="PretrainedWeights.ImageNet"/>, or the path of a run folder, of a model file, or of a safetensors, PyTorch (.pth) or ONNX
    /// file of a network with torchvision's layers. Every weight whose name and shape match is loaded; of the classification layer, the rows of the classes
    /// with matching names. Null: random weights.
    /// </summary>
    public string? Weights { get; init; }

    /// <summary>Optimizer, schedule, batch size, EMA and early stopping.</summary>
    public TrainingSettings Training { get; init; } = new();

    /// <summary>Postprocessing of network outputs into detections.</summary>
    public InferenceSettings Inference { get; init; } = new();

    /// <summary>
    /// Returns settings whose head predicts boxes from points, with center-ness, as in FCOS. The assigner by IoU becomes that by centers, and a box loss of
    /// deltas becomes GIoU.
    /// </summary>
    public RunSettings WithPoints() => Model.Head == HeadKind.Points ? this : this with
    {
        Model = Model.WithPoints() with { Centerness = !Loss.LearnsQuality },
        Assigner = Assigner.Kind == AssignerKind.Iou ? Assigner with { Kind = AssignerKind.Center } : Assigner,
        Loss = Loss.WithBoxIouLoss(),
    };

    /// <summary>Returns settings whose head predicts boxes from nine anchors per cell, as in RetinaNet. The assigner by centers becomes that by IoU.</summary>
    public RunSettings WithAnchors() => Model.Head == HeadKind.Anchors ? this : this with
    {
        Model = Model.WithAnchors(),
        Assigner = Assigner.Kind == AssignerKind.Center ? Assigner with { Kind = AssignerKind.Iou } : Assigner,
    };

    /// <summary>Returns settings with a representation of boxes. For a distribution, a box loss of deltas becomes GIoU.</summary>
    /// <param name="kind">The representation.</param>
    public RunSettings WithBoxHead(BoxHeadKind kind) =>
        this with { Model = Model with { BoxHead = kind }, Loss = kind == BoxHeadKind.Delta ? Loss : Loss.WithBoxIouLoss() };

    /// <summary>
    /// Returns settings with a classification loss, see <see cref="LossSettings.WithClassification"/>; unchanged if they have it already. A quality loss learns
    /// with the scores what the center-ness would, which is therefore left out.
    /// </summary>
    /// <param name="kind">The loss.</param>
    public RunSettings WithClassification(ClassificationLossKind kind)
    {
        if (kind == Loss.Classification)
            return this;
        var loss = Loss.WithClassification(kind);
        return this with { Loss = loss, Model = Model with { Centerness = Model.Centerness && !loss.LearnsQuality } };
    }

    /// <summary>Validates all settings.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names the setting and its range.</exception>
    public void Validate()
    {
        Model.Validate();
        Input.Validate();
        if (Tile is { } tile)
            ImageSlices.ValidateSide(tile);
        if (Weights is not null && string.IsNullOrWhiteSpace(Weights))
            throw new ArgumentException("Weights: the name or path is empty; leave the setting out for random weights.");
        Assigner.Validate();
        Augmentation.Validate();
        _ = Augmentation.GetInputSizes(Input);
        Loss.Validate();
        Training.Validate();
        Inference.Validate();
        if (Model.BoxOutputs.Coding != BoxCoding.Delta && !Loss.BoxLoss.SupportsBoxes)
            throw new ArgumentException($"Box loss {Loss.Box}: it needs box deltas; choose an IoU loss, such as Giou, for the head {Model.Head} with {Model.BoxHead}.");
        if (Detection.Assignment.Assigner.Create(Assigner).UsesPredictions)
            ValidateForPredictions($"Assigner {Assigner.Kind}");
    }

    /// <summary>Validates the settings that cannot be combined with an assigner that uses the network's predictions.</summary>
    /// <param name="assigner">Name of the assigner, for messages.</param>
    internal void ValidateForPredictions(string assigner)
    {
        if (Loss.HasBackgroundOutput)
            throw new ArgumentException($"{assigner} with the loss {Loss.Classification}: it needs a sigmoid per class; choose another loss or assigner.");
        if (Loss.Sampling.Kind != SamplingKind.None)
            throw new ArgumentException($"{assigner} with sampling {Loss.Sampling.Kind}: sampling needs labels before the forward pass; choose no sampling, or another assigner.");
        if (Loss.Normalizer != NormalizerKind.Positives)
            throw new ArgumentException($"{assigner} with normalizer {Loss.Normalizer}: the positives are not known before the forward pass; choose the normalizer {NormalizerKind.Positives}.");
    }
}
