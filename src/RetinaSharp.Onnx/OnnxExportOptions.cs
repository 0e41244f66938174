using RetinaSharp.Inference;

namespace RetinaSharp.Onnx;

/// <summary>Options for exporting a model to ONNX: the outputs, and values that override the model's postprocessing settings.</summary>
public sealed record OnnxExportOptions
{
    private const int MaxSide = 16_384;

    /// <summary>The oldest operator set that a model can be exported with.</summary>
    public const int MinOperatorSet = 17;

    /// <summary>The newest operator set that a model can be exported with.</summary>
    public const int MaxOperatorSet = 21;

    /// <summary>
    /// The kind of outputs of the exported model. For <see cref="OnnxOutputs.Raw"/>, the settings of postprocessing have no effect on the graph; they are in the
    /// metadata, for the application's postprocessing.
    /// </summary>
    public OnnxOutputs Outputs { get; init; }

    /// <summary>
    /// Height and width of the images in pixels, for runtimes that need a fixed size; null: dynamic. An <c>OnnxDetector</c> needs dynamic sizes, unless the model
    /// stretches images to a square and this is its size.
    /// </summary>
    public (int Height, int Width)? Size { get; init; }

    /// <summary>Version of ONNX's operators, from <see cref="MinOperatorSet"/> to <see cref="MaxOperatorSet"/>. Runtimes support older versions longer.</summary>
    public int OperatorSet { get; init; } = MinOperatorSet;

    /// <summary>Detections need a score above this; null uses the model's setting.</summary>
    public double? ScoreThreshold { get; init; }

    /// <summary>
    /// How duplicates are removed: <see cref="SuppressionKind.ClassWise"/>, <see cref="SuppressionKind.ClassAgnostic"/>, <see cref="SuppressionKind.Voting"/> or
    /// <see cref="SuppressionKind.None"/>. ONNX has no operators for the other kinds. Null uses the model's setting.
    /// </summary>
    public SuppressionKind? Suppression { get; init; }

    /// <summary>
    /// IoU threshold of NMS: a box is suppressed if its IoU with a kept box exceeds this. Null uses the model's setting.
    /// </summary>
    public double? NmsIouThreshold { get; init; }

    /// <summary>Maximum number of detections per image; null uses the model's setting.</summary>
    public int? MaxDetections { get; init; }

    /// <summary>Returns postprocessing settings with these options applied.</summary>
    /// <param name="settings">The model's settings.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the kind of suppression cannot be exported.</exception>
    public InferenceSettings ApplyTo(InferenceSettings settings)
    {
        var applied = settings with
        {
            ScoreThreshold = ScoreThreshold ?? settings.ScoreThreshold,
            Suppression = Suppression ?? settings.Suppression,
            NmsIouThreshold = NmsIouThreshold ?? settings.NmsIouThreshold,
            MaxDetections = MaxDetections ?? settings.MaxDetections,
        };
        applied.Validate();
        if (OperatorSet is < MinOperatorSet or > MaxOperatorSet)
            throw new ArgumentException($"Operator set {OperatorSet}: must be from {MinOperatorSet} to {MaxOperatorSet}.");
        if (Size is { } size && (size.Height is < 1 or > MaxSide || size.Width is < 1 or > MaxSide))
            throw new ArgumentException($"Size {size.Height} x {size.Width}: height and width must be from 1 to {MaxSide}.");
        if (Outputs != OnnxOutputs.Raw && applied.Suppression is not (SuppressionKind.ClassWise or SuppressionKind.ClassAgnostic or SuppressionKind.Voting or SuppressionKind.None))
            throw new ArgumentException($"Suppression {applied.Suppression} cannot be exported, because ONNX has no operator for it; choose NMS, class-agnostic NMS, voting or none, or export raw outputs.");
        return applied;
    }
}
