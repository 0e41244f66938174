namespace RetinaSharp.Boxes;

/// <summary>
/// Settings of the anchors. The default is the paper's: areas of 32² pixels on P3 to 512² on P7, each with three scales and three aspect
/// ratios.
/// </summary>
public sealed record AnchorSettings
{
    private const int MaxPerCell = 256;

    /// <summary>Factors of the base size, for several anchor sizes per level; at least one, each above 0.</summary>
    public IReadOnlyList<double> Scales { get; init; } = [1, Math.Pow(2, 1 / 3d), Math.Pow(2, 2 / 3d)];

    /// <summary>Aspect ratios, height / width; at least one, each above 0.</summary>
    public IReadOnlyList<double> Ratios { get; init; } = [.5, 1, 2];

    /// <summary>Side of the square anchor with scale 1, in units of the level's stride.</summary>
    public double BaseSize { get; init; } = 4;

    /// <summary>The finest pyramid level; its stride is 2^level pixels.</summary>
    public int MinLevel { get; init; } = 3;

    /// <summary>The coarsest pyramid level.</summary>
    public int MaxLevel { get; init; } = 7;

    /// <summary>Which implementation's anchor layout to reproduce: the paper's and detectron2's, or torchvision's.</summary>
    public AnchorCompatibility Compatibility { get; init; } = AnchorCompatibility.Exact;

    /// <summary>Number of anchors per grid cell: A in the shape of the heads' outputs.</summary>
    public int AnchorsPerCell => Scales.Count * Ratios.Count;

    /// <summary>Number of pyramid levels.</summary>
    public int LevelCount => MaxLevel - MinLevel + 1;

    /// <summary>Checks that all settings are in range.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public void Validate()
    {
        CheckFactors(Scales, nameof(Scales));
        CheckFactors(Ratios, nameof(Ratios));
        CheckFactors([BaseSize], nameof(BaseSize));
        if ((long)Scales.Count * Ratios.Count > MaxPerCell)
            throw new ArgumentException($"{Scales.Count} scales and {Ratios.Count} ratios: at most {MaxPerCell} anchors per cell are supported", nameof(Scales));
        if (MinLevel < 0 || MaxLevel < MinLevel || MaxLevel > 16)
            throw new ArgumentException($"levels {MinLevel} to {MaxLevel}: levels run from 0 to 16, the finest first", nameof(MinLevel));
    }

    private static void CheckFactors(IReadOnlyList<double> factors, string name)
    {
        if (factors.Count == 0 || factors.Any(factor => !(factor > 0 && double.IsFinite(factor))))
            throw new ArgumentException($"{name}: one or more finite numbers above 0 are needed", name);
    }
}
