using RetinaSharp.Boxes;
using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Detection.Configuration;

/// <summary>The architecture: every setting that determines the weights of a model and their meaning.</summary>
public sealed record ModelSettings
{
    /// <summary>
    /// Names of the backbone, neck and heads. They are set when a run starts or a model is loaded, and cannot be chosen in a configuration file.
    /// </summary>
    public NetworkPartNames Parts { get; init; } = new();

    /// <summary>
    /// Depth of the ResNet: 18, 34, 50, 101 or 152. It determines the residual blocks: their number in each stage, unless <see cref="Blocks"/> is set, and
    /// their kind, which is basic for 18 and 34 and a bottleneck for the others.
    /// </summary>
    public int Depth { get; init; } = 50;

    /// <summary>Number of residual blocks in each of the four stages, from 1 to 256; null: that of <see cref="Depth"/>, such as [2, 2, 2, 2] for 18.</summary>
    public IReadOnlyList<int>? Blocks { get; init; }

    /// <summary>
    /// Number of groups of the 3 × 3 convolutions in bottlenecks, from 1 to 256: the cardinality of a ResNeXt, 32 in ResNeXt-50 32x4d. 1: a ResNet.
    /// </summary>
    public int Groups { get; init; } = 1;

    /// <summary>
    /// Number of channels of a group in the bottlenecks of the first stage, with <see cref="Width"/> 1, from 1 to 1024; later stages have twice as many as the
    /// stage before. 64 in a ResNet, 4 in ResNeXt-50 32x4d, 128 in a wide ResNet-50-2.
    /// </summary>
    public int GroupWidth { get; init; } = 64;

    /// <summary>
    /// Factor of the number of channels of all backbone layers, in (0, 8]. With 1, the stem has 64 channels. The result is rounded to a multiple of 8.
    /// </summary>
    public double Width { get; init; } = 1;

    /// <summary>Kind of the backbone's normalization layers.</summary>
    public NormKind Norm { get; init; } = NormKind.Frozen;

    /// <summary>The neck.</summary>
    public NeckKind Neck { get; init; }

    /// <summary>Number of channels of the pyramid levels and of the heads' hidden layers, from 8 to 4096.</summary>
    public int PyramidChannels { get; init; } = 256;

    /// <summary>The feature map that pyramid level P6 is computed from.</summary>
    public P6Source P6From { get; init; } = P6Source.C5;

    /// <summary>Number of convolutions in each head before its output layer, from 0 to 16.</summary>
    public int HeadConvolutions { get; init; } = 4;

    /// <summary>Whether the heads have group norm, as in torchvision's retinanet_resnet50_fpn_v2.</summary>
    public bool HeadNorm { get; init; }

    /// <summary>What a cell predicts boxes from: anchors or a point.</summary>
    public HeadKind Head { get; init; }

    /// <summary>How the regression head represents a box.</summary>
    public BoxHeadKind BoxHead { get; init; }

    /// <summary>
    /// Greatest distance from an anchor's center to an edge of its box that <see cref="BoxHeadKind.Distribution"/> can represent, in strides, from 1 to 256.
    /// </summary>
    public int MaxDistance { get; init; } = 16;

    /// <summary>
    /// Whether the regression head also predicts the center-ness of an anchor in its box, which lowers the scores of boxes that are predicted from anchors far
    /// from their centers (FCOS). A quality loss learns the same with the scores, so that it needs no center-ness.
    /// </summary>
    public bool Centerness { get; init; }

    /// <summary>
    /// Prior π, in (0, 1): the probability of each class that a newly initialized network predicts; with a softmax, of all classes together. Sets the bias of
    /// the last classification layer.
    /// </summary>
    public double Prior { get; init; } = .01;

    /// <summary>
    /// Whether class index 0 is a background class that no box has, as in torchvision. The classes of the dataset then have indices from 1, so that weights
    /// can be exchanged with torchvision.
    /// </summary>
    public bool BackgroundClass { get; init; }

    /// <summary>Anchor sizes and aspect ratios, and the range of pyramid levels.</summary>
    public AnchorSettings Anchors { get; init; } = new();

    /// <summary>The outputs of the regression head that <see cref="Head"/>, <see cref="BoxHead"/> and <see cref="Centerness"/> select.</summary>
    public BoxHeadOutputs BoxOutputs => new(
        BoxHead == BoxHeadKind.Distribution ? BoxCoding.Distribution(MaxDistance) : Head == HeadKind.Points ? BoxCoding.Distance : BoxCoding.Delta,
        Centerness);

    /// <summary>Changes the head to points: one square anchor per cell, of twice the base size, and distances instead of deltas.</summary>
    public ModelSettings WithPoints() => Head == HeadKind.Points ? this : this with
    {
        Head = HeadKind.Points,
        Anchors = Anchors with { Scales = [1], Ratios = [1], BaseSize = 2 * Anchors.BaseSize },
    };

    /// <summary>Changes the head to anchors: RetinaNet's nine per cell, of half the base size of the points, and without center-ness.</summary>
    public ModelSettings WithAnchors() => Head == HeadKind.Anchors ? this : this with
    {
        Head = HeadKind.Anchors,
        Centerness = false,
        Anchors = Anchors with { Scales = new AnchorSettings().Scales, Ratios = new AnchorSettings().Ratios, BaseSize = Anchors.BaseSize / 2 },
    };

    /// <summary>Validates all values.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names the setting and its range.</exception>
    public void Validate()
    {
        if (Depth is not (18 or 34 or 50 or 101 or 152))
            throw new ArgumentException($"Depth {Depth}: a ResNet has 18, 34, 50, 101 or 152 layers.");
        if (Blocks is not null)
            ResNetVariant.Validate(Blocks);
        if (Groups is < 1 or > 256)
            throw new ArgumentException($"Groups {Groups}: must be from 1 to 256.");
        if (GroupWidth is < 1 or > 1024)
            throw new ArgumentException($"Group width {GroupWidth}: must be from 1 to 1024.");
        if (!ResNetVariant.Create(this).HasBottlenecks && (Groups, GroupWidth) != (1, 64))
            throw new ArgumentException($"Groups {Groups} of width {GroupWidth} with depth {Depth}: only bottlenecks have groups; choose a depth of 50 or more.");
        if (!(Width is > 0 and <= 8))
            throw new ArgumentException($"Width {Width}: must be above 0 and at most 8.");
        Anchors.Validate();
        if (Anchors.MinLevel is < 2 or > 5 || Anchors.MaxLevel is < 5 or > 10)
            throw new ArgumentException($"Levels {Anchors.MinLevel} to {Anchors.MaxLevel}: the finest must be from 2 to 5, the coarsest from 5 to 10.");
        if (PyramidChannels is < 8 or > 4096)
            throw new ArgumentException($"Pyramid channels {PyramidChannels}: must be from 8 to 4096.");
        if (HeadConvolutions is < 0 or > 16)
            throw new ArgumentException($"Head convolutions {HeadConvolutions}: must be from 0 to 16.");
        if (Head == HeadKind.Points && Anchors.AnchorsPerCell != 1)
            throw new ArgumentException($"Anchors: points are one per cell, so that one scale and one ratio are needed, but there are {Anchors.Scales.Count} scales and {Anchors.Ratios.Count} ratios.");
        if (MaxDistance is < 1 or > 256)
            throw new ArgumentException($"Max distance {MaxDistance}: must be from 1 to 256.");
        if (!(Prior is > 0 and < 1))
            throw new ArgumentException($"Prior {Prior}: must be above 0 and below 1.");
    }
}
