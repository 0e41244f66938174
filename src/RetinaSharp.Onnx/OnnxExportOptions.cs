using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Onnx;

/// <summary>What an exported model gives, and what its postprocessing does otherwise than the model says.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>What the exported model gives. With <see cref="OnnxOutputs.Raw"/> the other options have no effect.</summary>
    public OnnxOutputs Outputs { get; init; }

    /// <summary>Scores up to this are left out; null: the model's.</summary>
    public double? ScoreThreshold { get; init; }

    /// <summary>IoU above which a box suppresses another of its class; null: the model's.</summary>
    public double? NmsIou { get; init; }

    /// <summary>Detections kept for an image; null: the model's.</summary>
    public int? MaxDetections { get; init; }

    /// <summary>A model's settings with what these say otherwise.</summary>
    /// <param name="settings">The model's.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public InferenceSettings Applied(InferenceSettings settings)
    {
        var applied = settings with
        {
            ScoreThreshold = ScoreThreshold ?? settings.ScoreThreshold,
            NmsIou = NmsIou ?? settings.NmsIou,
            MaxDetections = MaxDetections ?? settings.MaxDetections,
        };
        applied.Validate();
        return applied;
    }
}
