using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Anchors;

/// <summary>Anchors and an input size that suit a dataset, and what they cover.</summary>
/// <param name="Anchors">The fitted anchors; those of the start if none cover more.</param>
/// <param name="Input">The input size; larger than that of the start if smaller ones cover too little.</param>
/// <param name="Before">Coverage by the anchors of the start.</param>
/// <param name="After">Coverage by <paramref name="Anchors"/> at <paramref name="Input"/>; never less than before.</param>
public sealed record AnchorFit(AnchorSettings Anchors, InputSize Input, AnchorCoverage Before, AnchorCoverage After)
{
    /// <summary>Whether the fit differs from the start.</summary>
    public required bool IsChanged { get; init; }

    /// <summary>Returns settings with the fitted anchors and input size.</summary>
    /// <param name="settings">The settings of a run.</param>
    public RunSettings ApplyTo(RunSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings with { Model = settings.Model with { Anchors = Anchors }, Input = Input };
    }
}
