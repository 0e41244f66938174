using System.Globalization;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>
/// A member of the ResNet family: kind and number of its residual blocks, and their groups. The width and the normalization are not part of it.
/// </summary>
/// <param name="Depth">Number of layers in the name of the standard network with this kind of blocks: 18, 34, 50, 101 or 152.</param>
/// <param name="Blocks">Number of residual blocks in each of the four stages.</param>
public sealed record ResNetVariant(int Depth, IReadOnlyList<int> Blocks)
{
    private const int Stages = 4;
    private const int MaxBlocks = 256;
    private const int FirstBottleneckDepth = 50;
    private const string Prefix = "resnet";
    private const string Basic = "resnet-";
    private const string Bottleneck = "resnet-bottleneck-";
    private const int PlainGroupWidth = 64;

    private static readonly Dictionary<int, int[]> StandardBlocks = new()
    {
        [18] = [2, 2, 2, 2],
        [34] = [3, 4, 6, 3],
        [50] = [3, 4, 6, 3],
        [101] = [3, 4, 23, 3],
        [152] = [3, 8, 36, 3],
    };

    // torchvision's names.
    private static readonly (string Name, ResNetVariant Variant)[] Named =
    [
        .. StandardBlocks.Select(standard => ($"{Prefix}{standard.Key}", new ResNetVariant(standard.Key, standard.Value))),
        ("resnext50_32x4d", new(50, StandardBlocks[50]) { Groups = 32, GroupWidth = 4 }),
        ("resnext101_32x8d", new(101, StandardBlocks[101]) { Groups = 32, GroupWidth = 8 }),
        ("resnext101_64x4d", new(101, StandardBlocks[101]) { Groups = 64, GroupWidth = 4 }),
        ("wide_resnet50_2", new(50, StandardBlocks[50]) { GroupWidth = 128 }),
        ("wide_resnet101_2", new(101, StandardBlocks[101]) { GroupWidth = 128 }),
    ];

    /// <summary>The depths of the standard networks, ResNet-18 to ResNet-152.</summary>
    public static IReadOnlyList<int> Depths { get; } = [.. StandardBlocks.Keys];

    /// <summary>Names of the standard networks, such as <c>resnet50</c>, as in torchvision.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Named.Select(one => one.Name)];

    /// <summary>Forms of the names that <see cref="Parse"/> accepts, for messages.</summary>
    public static string Known { get; } = $"{string.Join(", ", Names)}, or block counts such as {Basic}2-2-2-3 and {Bottleneck}3-4-6-3";

    /// <summary>Number of groups of the 3 × 3 convolutions in bottlenecks; 1 in a ResNet.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Number of channels of a group in the bottlenecks of the first stage, with 64 channels of the stem; 64 in a ResNet.</summary>
    public int GroupWidth { get; init; } = PlainGroupWidth;

    /// <summary>Whether the residual blocks are bottlenecks of three convolutions instead of basic blocks of two.</summary>
    public bool HasBottlenecks => Depth >= FirstBottleneckDepth;

    /// <summary>
    /// Name of the network, which <see cref="Parse"/> reads: torchvision's name, or if the numbers of blocks are not those of a standard network,
    /// <c>resnet-2-2-2-3</c> with basic blocks and <c>resnet-bottleneck-3-4-4-3</c> with bottlenecks. Groups of another width are appended, as in <c>_32x2d</c>, which is not read.
    /// </summary>
    public string Name => Named.FirstOrDefault(one => one.Variant.Depth == Depth && one.Variant.Groups == Groups && one.Variant.GroupWidth == GroupWidth && one.Variant.Blocks.SequenceEqual(Blocks)).Name
        ?? $"{(HasBottlenecks ? Bottleneck : Basic)}{string.Join('-', Blocks)}{((Groups, GroupWidth) == (1, PlainGroupWidth) ? "" : $"_{Groups}x{GroupWidth}d")}";

    /// <summary>Returns the number of channels of the 3 × 3 convolution in a bottleneck, rounded down as in torchvision.</summary>
    /// <param name="channels">A quarter of the number of channels of the bottleneck's output.</param>
    public int HiddenChannels(int channels) => Math.Max(1, channels * GroupWidth / PlainGroupWidth) * Groups;

    /// <summary>Returns the network that the settings of a model specify.</summary>
    /// <param name="settings">The settings, which must be valid.</param>
    public static ResNetVariant Create(ModelSettings settings) => new(settings.Depth, settings.Blocks ?? StandardBlocks[settings.Depth]) { Groups = settings.Groups, GroupWidth = settings.GroupWidth };

    /// <summary>Returns the network with the given blocks: the standard one if there is one, else one whose depth only tells the kind of its blocks.</summary>
    /// <param name="blocks">Number of residual blocks in each of the four stages, from 1 to 256.</param>
    /// <param name="hasBottlenecks">Whether the residual blocks are bottlenecks.</param>
    /// <exception cref="ArgumentException">There are not four numbers from 1 to 256.</exception>
    public static ResNetVariant Create(IReadOnlyList<int> blocks, bool hasBottlenecks)
    {
        Validate(blocks);
        var depth = Depths.Where(depth => depth >= FirstBottleneckDepth == hasBottlenecks).OrderByDescending(depth => StandardBlocks[depth].SequenceEqual(blocks)).First();
        return new(depth, blocks);
    }

    /// <summary>Reads the name of a network.</summary>
    /// <param name="name">A standard network, such as <c>resnet50</c> or <c>r50</c>, or block counts, such as <c>resnet-2-2-2-3</c>.</param>
    /// <exception cref="FormatException">The name is not that of a network.</exception>
    public static ResNetVariant Parse(string name)
    {
        if (Named.FirstOrDefault(one => name == one.Name || (name.StartsWith('r') && one.Name == $"{Prefix}{name[1..]}")).Variant is { } standard)
            return standard;
        var hasBottlenecks = name.StartsWith(Bottleneck, StringComparison.Ordinal);
        var start = hasBottlenecks ? Bottleneck : Basic;
        if (!name.StartsWith(start, StringComparison.Ordinal))
            throw new FormatException($"'{name}' is not one of {Known}");
        try
        {
            return Create([.. name[start.Length..].Split('-').Select(count => int.Parse(count, NumberStyles.None, CultureInfo.InvariantCulture))], hasBottlenecks);
        }
        catch (Exception error) when (error is FormatException or OverflowException or ArgumentException)
        {
            throw new FormatException($"'{name}' does not name {Stages} stages of 1 to {MaxBlocks} blocks: use {Known}");
        }
    }

    /// <summary>Returns settings with this network as the backbone.</summary>
    /// <param name="settings">The settings to change.</param>
    public ModelSettings ApplyTo(ModelSettings settings) =>
        settings with { Depth = Depth, Blocks = StandardBlocks[Depth].SequenceEqual(Blocks) ? null : Blocks, Groups = Groups, GroupWidth = GroupWidth };

    /// <summary>Validates numbers of blocks.</summary>
    /// <param name="blocks">Number of residual blocks in each stage.</param>
    /// <exception cref="ArgumentException">There are not four numbers from 1 to 256.</exception>
    public static void Validate(IReadOnlyList<int> blocks)
    {
        if (blocks.Count != Stages || blocks.Any(count => count is < 1 or > MaxBlocks))
            throw new ArgumentException($"Blocks {string.Join(", ", blocks)}: a ResNet has {Stages} stages of 1 to {MaxBlocks} blocks.");
    }
}
