namespace RetinaSharp.Detection.Anchors;

/// <summary>What <see cref="AnchorFitter"/> may change.</summary>
public sealed record AnchorFitOptions
{
    /// <summary>Whether the anchor scales may change. Their number stays.</summary>
    public bool FitsScales { get; init; } = true;

    /// <summary>Whether the aspect ratios may change. Their number stays.</summary>
    public bool FitsRatios { get; init; } = true;

    /// <summary>Whether a pyramid level may be added, below the finest or above the coarsest one.</summary>
    public bool FitsLevels { get; init; } = true;

    /// <summary>Whether the input size may grow, up to twice its sides.</summary>
    public bool FitsInput { get; init; } = true;

    /// <summary>
    /// Minimum gain of the covered share for an additional level or a larger input, in [0, 1]: both make training slower, whereas other scales and ratios
    /// cost nothing.
    /// </summary>
    public double MinGain { get; init; } = .01;
}
