using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace RetinaSharp.Inference;

/// <summary>Options of a detector. Options that are null use the model's settings.</summary>
public record ObjectDetectorOptions
{
    /// <summary>Size that images are scaled to for the network; null: the model's.</summary>
    public InputSize? Input { get; init; }

    /// <summary>Score that detections must exceed, in [0, 1); null: the model's.</summary>
    public double? ScoreThreshold { get; init; }

    /// <summary>
    /// How duplicate candidates of the same object are removed; null: the model's. Duplicates of overlapping slices are removed by NMS in any case,
    /// over all classes for <see cref="SuppressionKind.ClassAgnostic"/>, else within each class.
    /// </summary>
    public SuppressionKind? Suppression { get; init; }

    /// <summary>
    /// IoU threshold of NMS, Soft-NMS with linear decay and fusion, in [0, 1]; null: the model's. Of two boxes of a class with a higher IoU, NMS drops the one with the lower
    /// score.
    /// </summary>
    public double? NmsIouThreshold { get; init; }

    /// <summary>σ of Soft-NMS with Gaussian decay, above 0; null: the model's. Other kinds of suppression do not allow it.</summary>
    public double? SoftNmsSigma { get; init; }

    /// <summary>
    /// Maximum number of detections per image, at least 1; null: the model's. With slices, the model's maximum applies to each slice instead
    /// of the image.
    /// </summary>
    public int? MaxDetections { get; init; }

    /// <summary>
    /// Side of the square slices in pixels of the image, at least 16, for sliced inference: large images with small objects. Each slice is
    /// scaled to the input size of the network. The whole image is also used, for objects larger than a slice. 0: whole images only. Null: the
    /// model's (<see cref="DetectionModel.Tile"/>), that is, whole images only unless the model was trained on slices.
    /// </summary>
    public int? Tile { get; init; }

    /// <summary>
    /// Overlap of neighboring slices as a fraction of their side, in [0, .9]. Objects smaller than the overlap are complete in at least one
    /// slice; larger ones may be detected in pieces.
    /// </summary>
    public double TileOverlap { get; init; } = ImageSlices.DefaultOverlap;

    /// <summary>
    /// Enables test-time augmentation: the network runs on each image and on its horizontal flip, at .8, 1 and 1.25 times the input size,
    /// and the detections are fused. This is more accurate, at about 7 times the cost. Do not use it if classes are mirror images of each
    /// other, such as arrows to the left and to the right.
    /// </summary>
    public bool TestTimeAugmentation { get; init; }

    /// <summary>Receives log messages: the detector's configuration, and images that were skipped because they are corrupt.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Checks that <see cref="Tile"/> and <see cref="TileOverlap"/> are in their ranges.</summary>
    /// <exception cref="ArgumentException"><see cref="Tile"/> or <see cref="TileOverlap"/> is out of its range.</exception>
    public void ValidateTiles()
    {
        if (Tile is { } tile and not 0)
            ImageSlices.ValidateSide(tile);
        if (TileOverlap is not (>= 0 and <= .9))
            throw new ArgumentException($"Tile overlap {TileOverlap}: must be in [0, .9].");
    }

    /// <summary>Returns a model's settings, overridden with the options that are not null.</summary>
    /// <param name="settings">The model's settings.</param>
    /// <exception cref="ArgumentException"><see cref="SoftNmsSigma"/> is not null, but the suppression is another one than Soft-NMS with Gaussian decay.</exception>
    public InferenceSettings ApplyTo(InferenceSettings settings)
    {
        var applied = settings with
        {
            ScoreThreshold = ScoreThreshold ?? settings.ScoreThreshold,
            Suppression = Suppression ?? settings.Suppression,
            NmsIouThreshold = NmsIouThreshold ?? settings.NmsIouThreshold,
            SoftNmsSigma = SoftNmsSigma ?? settings.SoftNmsSigma,
            MaxDetections = MaxDetections ?? settings.MaxDetections,
        };
        if (SoftNmsSigma is not null && applied.Suppression != SuppressionKind.SoftGaussian)
            throw new ArgumentException($"Soft-NMS sigma {SoftNmsSigma}: suppression {applied.Suppression} does not use it; choose Soft-NMS with Gaussian decay.");
        return applied;
    }
}
