using RetinaSharp.Inference.Postprocessing;

namespace RetinaSharp.Inference;

/// <summary>Options of an <see cref="EnsembleDetector"/>.</summary>
public sealed record EnsembleDetectorOptions
{
    /// <summary>
    /// Score that fused detections must exceed, in [0, 1). The members' own thresholds apply before; set them no higher, because the weak detections of
    /// a member confirm those of others.
    /// </summary>
    public double ScoreThreshold { get; init; } = .05;

    /// <summary>IoU above which boxes of a class are fused, in [0, 1].</summary>
    public double IouThreshold { get; init; } = DetectionFusion.DefaultIouThreshold;

    /// <summary>
    /// Whether fused boxes of different classes are one object, too: of two that overlap by more than <see cref="IouThreshold"/>, only the one with the higher
    /// score is kept. Members find an object in different classes even if each of them has <see cref="SuppressionKind.ClassAgnostic"/>.
    /// </summary>
    public bool IsClassAgnostic { get; init; }

    /// <summary>Maximum number of detections per image, at least 1. Those with the highest scores are kept.</summary>
    public int MaxDetections { get; init; } = 100;

    /// <summary>Checks that all options are in their ranges.</summary>
    /// <exception cref="ArgumentException">An option is out of its range. The message names it.</exception>
    public void Validate()
    {
        if (!(ScoreThreshold is >= 0 and < 1))
            throw new ArgumentException($"Score threshold {ScoreThreshold} of the ensemble: must be from 0 to below 1.");
        if (!(IouThreshold is >= 0 and <= 1))
            throw new ArgumentException($"IoU threshold {IouThreshold} of the ensemble: must be in [0, 1].");
        if (MaxDetections < 1)
            throw new ArgumentException($"Detections {MaxDetections} of the ensemble: must be 1 or more.");
    }
}
