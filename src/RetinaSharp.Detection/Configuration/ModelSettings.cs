using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Configuration;

/// <summary>The architecture: everything that decides which weights a model has, and what they mean.</summary>
public sealed record ModelSettings
{
    /// <summary>Names of the network's parts. Training and loading set them; they are no choice of a configuration file.</summary>
    public NetworkPartNames Parts { get; init; } = new();

    /// <summary>Depth of the ResNet: 18, 34, 50, 101 or 152.</summary>
    public int Depth { get; init; } = 50;

    /// <summary>Factor of the backbone's channels (64 at the stem); the result is rounded to a multiple of 8.</summary>
    public double Width { get; init; } = 1;

    /// <summary>Normalization of the backbone.</summary>
    public NormKind Norm { get; init; } = NormKind.Frozen;

    /// <summary>Channels of the pyramid and the heads.</summary>
    public int PyramidChannels { get; init; } = 256;

    /// <summary>What P6 is computed from.</summary>
    public P6Source P6From { get; init; } = P6Source.C5;

    /// <summary>Convolutions in each head before the last one.</summary>
    public int HeadConvolutions { get; init; } = 4;

    /// <summary>Whether the heads have group norm, as torchvision's second RetinaNet.</summary>
    public bool HeadNorm { get; init; }

    /// <summary>Probability at which every anchor starts as each class.</summary>
    public double Prior { get; init; } = .01;

    /// <summary>
    /// Whether the first class is torchvision's background: one that no box has, before the classes of the data, so that its labels count
    /// from 1 and weights can be exchanged.
    /// </summary>
    public bool BackgroundClass { get; init; }

    /// <summary>Anchors, and with them the pyramid levels.</summary>
    public AnchorSettings Anchors { get; init; } = new();

    /// <summary>Refuses settings that make no model.</summary>
    /// <exception cref="ArgumentException">Names the setting and its range.</exception>
    public void Validate()
    {
        if (Depth is not (18 or 34 or 50 or 101 or 152))
            throw new ArgumentException($"Depth {Depth}: a ResNet has 18, 34, 50, 101 or 152 layers.");
        if (!(Width is > 0 and <= 8))
            throw new ArgumentException($"Width {Width}: must be above 0 and at most 8.");
        Anchors.Validate();
        if (Anchors.MinLevel is < 2 or > 5 || Anchors.MaxLevel is < 5 or > 10)
            throw new ArgumentException($"Levels {Anchors.MinLevel} to {Anchors.MaxLevel}: the finest must be from 2 to 5, the coarsest from 5 to 10.");
        if (PyramidChannels is < 8 or > 4096)
            throw new ArgumentException($"Pyramid channels {PyramidChannels}: must be from 8 to 4096.");
        if (HeadConvolutions is < 0 or > 16)
            throw new ArgumentException($"Head convolutions {HeadConvolutions}: must be from 0 to 16.");
        if (!(Prior is > 0 and < 1))
            throw new ArgumentException($"Prior {Prior}: must be above 0 and below 1.");
    }
}
