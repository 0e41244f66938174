using System.Text.Json.Serialization;

namespace RetinaSharp.Inference;

/// <summary>Thresholds and limits of postprocessing.</summary>
public sealed record InferenceSettings
{
    /// <summary>Score that detections must exceed, in [0, 1).</summary>
    public double ScoreThreshold { get; init; } = .05;

    /// <summary>Maximum number of candidates per pyramid level before NMS, at least 1. Those with the highest scores are kept.</summary>
    [JsonPropertyName("candidates")]
    public int MaxCandidates { get; init; } = 1000;

    /// <summary>How duplicate candidates of the same object are removed.</summary>
    public SuppressionKind Suppression { get; init; }

    /// <summary>
    /// IoU threshold of NMS, Soft-NMS with linear decay and fusion, in [0, 1]. Of two boxes of a class with a higher IoU, NMS drops the one with the lower
    /// score.
    /// </summary>
    [JsonPropertyName("nmsIou")]
    public double NmsIouThreshold { get; init; } = .5;

    /// <summary>σ of Soft-NMS with Gaussian decay, above 0. The higher, the less scores are lowered. The default is the paper's.</summary>
    public double SoftNmsSigma { get; init; } = .5;

    /// <summary>Maximum number of detections per image, at least 1. Those with the highest scores are kept.</summary>
    public int MaxDetections { get; init; } = 100;

    /// <summary>Whether boxes are clipped to the image before or after NMS.</summary>
    public BoxClipping Clipping { get; init; }

    /// <summary>Checks that all settings are in their ranges.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range. The message names it.</exception>
    public void Validate()
    {
        if (!(ScoreThreshold is >= 0 and < 1))
            throw new ArgumentException($"Score threshold {ScoreThreshold}: must be from 0 to below 1.");
        if (MaxCandidates < 1)
            throw new ArgumentException($"Candidates {MaxCandidates}: must be 1 or more.");
        if (!(NmsIouThreshold is >= 0 and <= 1))
            throw new ArgumentException($"NMS threshold {NmsIouThreshold}: must be in [0, 1].");
        if (!(SoftNmsSigma > 0 && double.IsFinite(SoftNmsSigma)))
            throw new ArgumentException($"Soft-NMS sigma {SoftNmsSigma}: must be above 0.");
        if (MaxDetections < 1)
            throw new ArgumentException($"Detections {MaxDetections}: must be 1 or more.");
    }
}
