using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Configuration;

/// <summary>
/// Settings of the training loss, which is (classification loss + <see cref="BoxWeight"/> · box loss) / <see cref="Normalizer"/>. With
/// <see cref="Sampling"/>, the classification loss is divided by the number of sampled positives instead.
/// </summary>
public sealed record LossSettings
{
    /// <summary>Kind of the classification loss.</summary>
    public ClassificationLossKind Classification { get; init; } = ClassificationLossKind.Focal;

    /// <summary>
    /// Focusing parameter γ, at least 0; above 0 for <see cref="ClassificationLossKind.FocalStar"/> and <see cref="ClassificationLossKind.EqualizedFocal"/>. Ignored without <see cref="HasGamma"/>.
    /// </summary>
    public double Gamma { get; init; } = 2;

    /// <summary>Weight α of the positives, in [0, 1]; negatives have weight 1 - α. Null: no weighting. Ignored without <see cref="HasAlpha"/>.</summary>
    public double? Alpha { get; init; } = .25;

    /// <summary>Shift β of <see cref="ClassificationLossKind.FocalStar"/>, which is added to γ · x_t.</summary>
    public double StarBeta { get; init; }

    /// <summary>
    /// ε of <see cref="ClassificationLossKind.PolyFocal"/>, at least -1. The paper's -1 for detection belongs to the cross entropy of Mask R-CNN; in the focal loss it weakens the
    /// gradient of hard background further (docs/results/losses.md).
    /// </summary>
    public double PolyEpsilon { get; init; } = 1;

    /// <summary>Focusing parameter of the positives of <see cref="ClassificationLossKind.Asymmetric"/>, at least 0.</summary>
    public double PositiveGamma { get; init; }

    /// <summary>
    /// Probability up to which negatives of <see cref="ClassificationLossKind.Asymmetric"/> have no loss, in [0, 1).
    /// </summary>
    public double Margin { get; init; } = .05;

    /// <summary>Greatest increase of the focusing parameter of <see cref="ClassificationLossKind.EqualizedFocal"/>, at least 0.</summary>
    public double EqualizedScale { get; init; } = 8;

    /// <summary>Which anchors the classification loss is computed on; by default, all that are not ignored.</summary>
    public SamplingSettings Sampling { get; init; } = new();

    /// <summary>Kind of the box loss.</summary>
    public BoxLossKind Box { get; init; } = BoxLossKind.SmoothL1;

    /// <summary>Absolute difference of two deltas at which smooth L1 changes from quadratic to linear, at least 0. With 0, smooth L1 is L1.</summary>
    public double Beta { get; init; } = .11;

    /// <summary>Weight of the box loss, at least 0.</summary>
    public double BoxWeight { get; init; } = 1;

    /// <summary>
    /// How much each positive anchor counts in the box loss, and in the distribution focal loss. With weights, both are divided by the sum of the weights over all
    /// positives of the batch, at least 1, in place of their number.
    /// </summary>
    public BoxWeightingKind BoxWeighting { get; init; }

    /// <summary>
    /// Weight of the distribution focal loss of <see cref="BoxHeadKind.Distribution"/> relative to the box loss, at least 0. GFL's is .125: .25 beside a box loss of weight 2.
    /// </summary>
    public double DistributionWeight { get; init; } = .25;

    /// <summary>Weight of the cross entropy of the center-ness relative to the box loss, at least 0; used with <see cref="ModelSettings.Centerness"/>.</summary>
    public double CenternessWeight { get; init; } = 1;

    /// <summary>The divisor of both losses.</summary>
    public NormalizerKind Normalizer { get; init; }

    /// <summary>
    /// Whether the scores are a softmax instead of one sigmoid per class. The classification head then has an additional output for the background, before
    /// those of the classes.
    /// </summary>
    public bool HasBackgroundOutput => Classification is ClassificationLossKind.SoftmaxFocal or ClassificationLossKind.Seesaw;

    /// <summary>Whether <see cref="Classification"/> depends on <see cref="Alpha"/>.</summary>
    public bool HasAlpha => Classification is not (ClassificationLossKind.QualityFocal or ClassificationLossKind.Asymmetric or ClassificationLossKind.Seesaw);

    /// <summary>Whether <see cref="Classification"/> depends on <see cref="Gamma"/>.</summary>
    public bool HasGamma => Classification is not (ClassificationLossKind.CrossEntropy or ClassificationLossKind.Seesaw);

    /// <summary>Whether the targets of positives are the qualities of their boxes, so that scores tell how good a box is.</summary>
    internal bool LearnsQuality => Classification is ClassificationLossKind.QualityFocal or ClassificationLossKind.Varifocal;

    /// <summary>The box loss that <see cref="Box"/> and <see cref="Beta"/> select.</summary>
    internal BoxLoss BoxLoss => Box switch
    {
        BoxLossKind.L1 => BoxLoss.L1,
        BoxLossKind.Giou => BoxLoss.Giou,
        BoxLossKind.Diou => BoxLoss.Diou,
        BoxLossKind.Ciou => BoxLoss.Ciou,
        _ => BoxLoss.SmoothL1(Beta),
    };

    /// <summary>Changes the classification loss, and sets α and γ to the defaults of its paper where they differ from those of the present loss.</summary>
    /// <param name="kind">The loss.</param>
    public LossSettings WithClassification(ClassificationLossKind kind) => this with
    {
        Classification = kind,
        Alpha = kind switch
        {
            ClassificationLossKind.Focal or ClassificationLossKind.PolyFocal or ClassificationLossKind.EqualizedFocal => .25,
            ClassificationLossKind.Varifocal => .75,
            _ => null,
        },
        Gamma = kind == ClassificationLossKind.Asymmetric ? 4 : Classification == ClassificationLossKind.Asymmetric ? 2 : Gamma,
    };

    /// <summary>Returns a loss whose box loss is a function of the decoded boxes: GIoU in place of L1 and smooth L1.</summary>
    public LossSettings WithBoxIouLoss() => Box is BoxLossKind.L1 or BoxLossKind.SmoothL1 ? this with { Box = BoxLossKind.Giou } : this;

    /// <summary>Validates all values.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names the setting and its range.</exception>
    public void Validate()
    {
        if (!(Gamma >= 0 && double.IsFinite(Gamma)))
            throw new ArgumentException($"Gamma {Gamma}: must be a number from 0 up.");
        if (Classification == ClassificationLossKind.FocalStar && !float.IsFinite(1 / (float)Gamma))
            throw new ArgumentException($"Gamma {Gamma}: must be above 0 for the loss focal-star, which divides by it.");
        if (Classification == ClassificationLossKind.EqualizedFocal && !(Gamma > 0))
            throw new ArgumentException($"Gamma {Gamma}: must be above 0 for the loss equalized-focal, which divides by it.");
        if (!(PolyEpsilon >= -1 && float.IsFinite((float)PolyEpsilon)))
            throw new ArgumentException($"Poly epsilon {PolyEpsilon}: must be a number from -1 up.");
        if (!(PositiveGamma >= 0 && double.IsFinite(PositiveGamma)))
            throw new ArgumentException($"Positive gamma {PositiveGamma}: must be a number from 0 up.");
        if (Margin is not (0 or (>= 1e-30 and < 1)))
            throw new ArgumentException($"Margin {Margin}: must be 0, or from 1e-30 to below 1.");
        if (!(EqualizedScale >= 0 && double.IsFinite(EqualizedScale)))
            throw new ArgumentException($"Equalized scale {EqualizedScale}: must be a number from 0 up.");
        if (Alpha is not (null or (>= 0 and <= 1)))
            throw new ArgumentException($"Alpha {Alpha}: must be in [0, 1], or absent for no weights.");
        if (!float.IsFinite((float)StarBeta))
            throw new ArgumentException($"Beta {StarBeta} of the loss focal-star: must be a finite number.");
        if (!(Beta >= 0 && double.IsFinite(Beta)))
            throw new ArgumentException($"Beta {Beta}: must be a number from 0 up.");
        if (!(BoxWeight >= 0 && double.IsFinite(BoxWeight)))
            throw new ArgumentException($"Box weight {BoxWeight}: must be a number from 0 up.");
        if (!(DistributionWeight >= 0 && double.IsFinite(DistributionWeight)))
            throw new ArgumentException($"Distribution weight {DistributionWeight}: must be a number from 0 up.");
        if (!(CenternessWeight >= 0 && double.IsFinite(CenternessWeight)))
            throw new ArgumentException($"Center-ness weight {CenternessWeight}: must be a number from 0 up.");
        if (BoxWeighting == BoxWeightingKind.Score && HasBackgroundOutput)
            throw new ArgumentException($"Box weighting {BoxWeighting} with the loss {Classification}: it needs a sigmoid per class; choose another loss or weighting.");
        Sampling.Validate();
        if (Sampling.Kind != SamplingKind.None && Classification != ClassificationLossKind.CrossEntropy)
            throw new ArgumentException($"Sampling {Sampling.Kind} with the loss {Classification}: sampled anchors learn by cross entropy; choose that loss, or no sampling.");
    }
}
