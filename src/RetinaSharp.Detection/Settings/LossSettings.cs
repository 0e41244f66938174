using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Settings;

/// <summary>What is minimised: (classification loss + <see cref="BoxWeight"/> · box loss) / positive anchors of the effective batch.</summary>
public sealed record LossSettings
{
    /// <summary>Loss of the classification head.</summary>
    public ClassificationLossKind Classification { get; init; } = ClassificationLossKind.Focal;

    /// <summary>Focusing parameter, from 0.</summary>
    public double Gamma { get; init; } = 2;

    /// <summary>Weight of the positives, in [0, 1]; that of the negatives is 1 - alpha. Null: no weights.</summary>
    public double? Alpha { get; init; } = .25;

    /// <summary>Loss of the box head.</summary>
    public BoxLossKind Box { get; init; } = BoxLossKind.SmoothL1;

    /// <summary>Where smooth L1 turns from a parabola into a line.</summary>
    public double Beta { get; init; } = .11;

    /// <summary>Factor of the box loss.</summary>
    public double BoxWeight { get; init; } = 1;

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
        if (Alpha is not (null or (>= 0 and <= 1)))
            throw new ArgumentException($"Alpha {Alpha}: must be in [0, 1], or absent for no weights.");
        if (!(Beta >= 0 && double.IsFinite(Beta)))
            throw new ArgumentException($"Beta {Beta}: must be a number from 0 up.");
        if (!(BoxWeight >= 0 && double.IsFinite(BoxWeight)))
            throw new ArgumentException($"Box weight {BoxWeight}: must be a number from 0 up.");
    }
}
