namespace RetinaSharp.Detection.Configuration;

/// <summary>How the network's outputs become detections.</summary>
public sealed record InferenceSettings
{
    /// <summary>Scores up to this are left out.</summary>
    public double ScoreThreshold { get; init; } = .05;

    /// <summary>Best candidates kept for each pyramid level before suppression.</summary>
    public int Candidates { get; init; } = 1000;

    /// <summary>Boxes of one class that overlap more than this IoU are suppressed by the best of them.</summary>
    public double NmsIou { get; init; } = .5;

    /// <summary>Detections kept for an image.</summary>
    public int MaxDetections { get; init; } = 100;

    /// <summary>When boxes are cut at the image's border.</summary>
    public BoxClipping Clipping { get; init; }

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting and its range.</exception>
    public void Validate()
    {
        if (!(ScoreThreshold is >= 0 and < 1))
            throw new ArgumentException($"Score threshold {ScoreThreshold}: must be from 0 to below 1.");
        if (Candidates < 1)
            throw new ArgumentException($"Candidates {Candidates}: must be 1 or more.");
        if (!(NmsIou is >= 0 and <= 1))
            throw new ArgumentException($"NMS threshold {NmsIou}: must be in [0, 1].");
        if (MaxDetections < 1)
            throw new ArgumentException($"Detections {MaxDetections}: must be 1 or more.");
    }
}
