using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Configuration;

/// <summary>
/// What is minimised: (classification loss + <see cref="BoxWeight"/> · box loss) / <see cref="Normalizer"/>. With <see cref="Sampling"/>
/// the classification loss is divided by the positives that were chosen.
/// </summary>
public sealed record LossSettings
{
    /// <summary>Loss of the classification head.</summary>
    public ClassificationLossKind Classification { get; init; } = ClassificationLossKind.Focal;

    /// <summary>Focusing parameter, from 0; above 0 for <see cref="ClassificationLossKind.FocalStar"/>.</summary>
    public double Gamma { get; init; } = 2;

    /// <summary>Weight of the positives, in [0, 1]; that of the negatives is 1 - alpha. Null: no weights.</summary>
    public double? Alpha { get; init; } = .25;

    /// <summary>β of <see cref="ClassificationLossKind.FocalStar"/>: what is added to γ times the logit.</summary>
    public double StarBeta { get; init; }

    /// <summary>The anchors that the classification loss is of.</summary>
    public SamplingSettings Sampling { get; init; } = new();

    /// <summary>Loss of the box head.</summary>
    public BoxLossKind Box { get; init; } = BoxLossKind.SmoothL1;

    /// <summary>Where smooth L1 turns from a parabola into a line.</summary>
    public double Beta { get; init; } = .11;

    /// <summary>Factor of the box loss.</summary>
    public double BoxWeight { get; init; } = 1;

    /// <summary>By what both losses are divided.</summary>
    public NormalizerKind Normalizer { get; init; }

    /// <summary>Whether the scores are a softmax: the classification head then has an output for the background too, before those of the classes.</summary>
    public bool HasBackgroundOutput => Classification == ClassificationLossKind.SoftmaxFocal;

    /// <summary>The box loss itself.</summary>
    internal BoxLoss BoxLoss => Box switch
    {
        BoxLossKind.L1 => BoxLoss.L1,
        BoxLossKind.Giou => BoxLoss.Giou,
        _ => BoxLoss.SmoothL1(Beta),
    };

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting and its range.</exception>
    public void Validate()
    {
        if (!(Gamma >= 0 && double.IsFinite(Gamma)))
            throw new ArgumentException($"Gamma {Gamma}: must be a number from 0 up.");
        if (Classification == ClassificationLossKind.FocalStar && !float.IsFinite(1 / (float)Gamma))
            throw new ArgumentException($"Gamma {Gamma}: must be above 0 for the loss focal-star, which divides by it.");
        if (Alpha is not (null or (>= 0 and <= 1)))
            throw new ArgumentException($"Alpha {Alpha}: must be in [0, 1], or absent for no weights.");
        if (!float.IsFinite((float)StarBeta))
            throw new ArgumentException($"Beta {StarBeta} of the loss focal-star: must be a finite number.");
        if (!(Beta >= 0 && double.IsFinite(Beta)))
            throw new ArgumentException($"Beta {Beta}: must be a number from 0 up.");
        if (!(BoxWeight >= 0 && double.IsFinite(BoxWeight)))
            throw new ArgumentException($"Box weight {BoxWeight}: must be a number from 0 up.");
        Sampling.Validate();
        if (Sampling.Kind != SamplingKind.None && Classification != ClassificationLossKind.CrossEntropy)
            throw new ArgumentException($"Sampling {Sampling.Kind} with the loss {Classification}: sampled anchors learn by cross entropy; choose that loss, or no sampling.");
    }
}
