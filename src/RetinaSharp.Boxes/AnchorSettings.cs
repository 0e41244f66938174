namespace RetinaSharp.Boxes;

/// <summary>
/// The anchors of every pyramid level. The default is the paper's: areas of 32² on P3 to 512² on P7, at three scales and three
/// ratios.
/// </summary>
public sealed record AnchorSettings
{
    private const int MaxPerCell = 256;

    /// <summary>Sizes within a level, as factors; 1 or more of them, each above 0.</summary>
    public IReadOnlyList<double> Scales { get; init; } = [1, Math.Pow(2, 1 / 3d), Math.Pow(2, 2 / 3d)];

    /// <summary>Height over width; 1 or more of them, each above 0.</summary>
    public IReadOnlyList<double> Ratios { get; init; } = [.5, 1, 2];

    /// <summary>Side of the square anchor of scale 1, in strides of its level.</summary>
    public double BaseSize { get; init; } = 4;

    /// <summary>The finest pyramid level; its stride is 2^level pixels.</summary>
    public int MinLevel { get; init; } = 3;

    /// <summary>The coarsest pyramid level.</summary>
    public int MaxLevel { get; init; } = 7;

    /// <summary>Whose anchors they are.</summary>
    public AnchorCompatibility Compatibility { get; init; } = AnchorCompatibility.Exact;

    /// <summary>Anchors at each place of a level's grid: A of the heads' outputs.</summary>
    public int AnchorsPerCell => Scales.Count * Ratios.Count;

    /// <summary>Number of pyramid levels.</summary>
    public int LevelCount => MaxLevel - MinLevel + 1;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public void Validate()
    {
        CheckFactors(Scales, nameof(Scales));
        CheckFactors(Ratios, nameof(Ratios));
        CheckFactors([BaseSize], nameof(BaseSize));
        if ((long)Scales.Count * Ratios.Count > MaxPerCell)
            throw new ArgumentException($"{Scales.Count} scales and {Ratios.Count} ratios: at most {MaxPerCell} anchors at each place are meant", nameof(Scales));
        if (MinLevel < 0 || MaxLevel < MinLevel || MaxLevel > 16)
            throw new ArgumentException($"levels {MinLevel} to {MaxLevel}: levels run from 0 to 16, the finest first", nameof(MinLevel));
    }

    private static void CheckFactors(IReadOnlyList<double> factors, string name)
    {
        if (factors.Count == 0 || factors.Any(factor => !(factor > 0 && double.IsFinite(factor))))
            throw new ArgumentException($"{name}: one or more finite numbers above 0 are needed", name);
    }
}
