namespace RetinaSharp.Inference;

/// <summary>How logits and box deltas become detections.</summary>
public sealed record InferenceSettings
{
    /// <summary>Lowest score, exclusive, in [0, 1).</summary>
    public double ScoreThreshold { get; init; } = .05;

    /// <summary>Candidates with the highest scores that are kept of each pyramid level before NMS, from 1.</summary>
    public int Candidates { get; init; } = 1000;

    /// <summary>IoU, in [0, 1], above which NMS drops the box with the lower score, within a class.</summary>
    public double NmsIou { get; init; } = .5;

    /// <summary>Detections that are kept of an image, from 1.</summary>
    public int MaxDetections { get; init; } = 100;

    /// <summary>When boxes are clipped to the image.</summary>
    public BoxClipping Clipping { get; init; }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range; names it.</exception>
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
