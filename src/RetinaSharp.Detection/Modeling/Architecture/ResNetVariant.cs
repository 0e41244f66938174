using System.Globalization;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>
/// A member of the ResNet family: kind and number of its residual blocks. The width and the normalization are not part of it.
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

    private static readonly Dictionary<int, int[]> StandardBlocks = new()
    {
        [18] = [2, 2, 2, 2],
        [34] = [3, 4, 6, 3],
        [50] = [3, 4, 6, 3],
        [101] = [3, 4, 23, 3],
        [152] = [3, 8, 36, 3],
    };

    /// <summary>The depths of the standard networks, ResNet-18 to ResNet-152.</summary>
    public static IReadOnlyList<int> Depths { get; } = [.. StandardBlocks.Keys];

    /// <summary>Names of the standard networks, such as <c>resnet50</c>, as in torchvision.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Depths.Select(depth => $"{Prefix}{depth}")];

    /// <summary>Forms of the names that <see cref="Parse"/> accepts, for messages.</summary>
    public static string Known { get; } = $"{string.Join(", ", Names)}, or block counts such as {Basic}2-2-2-3 and {Bottleneck}3-4-6-3";

    /// <summary>Whether the residual blocks are bottlenecks of three convolutions instead of basic blocks of two.</summary>
    public bool HasBottlenecks => Depth >= FirstBottleneckDepth;

    /// <summary>
    /// Name of the network, which <see cref="Parse"/> reads: torchvision's name, or if the numbers of blocks are not those of a standard network,
    /// <c>resnet-2-2-2-3</c> with basic blocks and <c>resnet-bottleneck-3-4-4-3</c> with bottlenecks.
    /// </summary>
    public string Name => StandardBlocks[Depth].AsSpan().SequenceEqual([.. Blocks])
        ? $"{Prefix}{Depth}"
        : $"{(HasBottlenecks ? Bottleneck : Basic)}{string.Join('-', Blocks)}";

    /// <summary>Returns the network that the settings of a model specify.</summary>
    /// <param name="settings">The settings, which must be valid.</param>
    public static ResNetVariant Create(ModelSettings settings) => new(settings.Depth, settings.Blocks ?? StandardBlocks[settings.Depth]);

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
        var depth = Depths.FirstOrDefault(depth => name == $"{Prefix}{depth}" || name == $"r{depth}");
        if (depth != 0)
            return new(depth, StandardBlocks[depth]);
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
        settings with { Depth = Depth, Blocks = StandardBlocks[Depth].SequenceEqual(Blocks) ? null : Blocks };

    /// <summary>Validates numbers of blocks.</summary>
    /// <param name="blocks">Number of residual blocks in each stage.</param>
    /// <exception cref="ArgumentException">There are not four numbers from 1 to 256.</exception>
    public static void Validate(IReadOnlyList<int> blocks)
    {
        if (blocks.Count != Stages || blocks.Any(count => count is < 1 or > MaxBlocks))
            throw new ArgumentException($"Blocks {string.Join(", ", blocks)}: a ResNet has {Stages} stages of 1 to {MaxBlocks} blocks.");
    }
}
