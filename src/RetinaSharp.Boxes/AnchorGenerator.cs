namespace RetinaSharp.Boxes;

/// <summary>Gives the anchors for a padded image size. The grids of the latest sizes are kept. Safe for concurrent calls.</summary>
public sealed class AnchorGenerator
{
    // Images are padded to few sizes; a grid of 200,000 anchors takes 6 MB.
    private const int Kept = 16;

    private readonly Lock _lock = new();
    private readonly LinkedList<AnchorGrid> _recent = [];
    private readonly Box[][] _cells;

    /// <summary>Makes the generator.</summary>
    /// <param name="settings">Anchors of each level.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public AnchorGenerator(AnchorSettings settings)
    {
        settings.Validate();
        Settings = settings;
        _cells = [.. Enumerable.Range(settings.MinLevel, settings.LevelCount).Select(level => CellAnchors.Create(settings, level))];
    }

    /// <summary>Anchors of each level.</summary>
    public AnchorSettings Settings { get; }

    /// <summary>
    /// Sizes of the feature maps, from the finest level: each convolution of stride 2 and padding 1 halves and rounds up.
    /// </summary>
    /// <param name="height">Height of the padded image in pixels, above 0.</param>
    /// <param name="width">Width of the padded image in pixels, above 0.</param>
    public GridSize[] GridSizes(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        return [.. Enumerable.Range(Settings.MinLevel, Settings.LevelCount).Select(level => new GridSize(Halved(height, level), Halved(width, level)))];
    }

    /// <summary>All anchors for an image of the size given.</summary>
    /// <param name="height">Height of the padded image in pixels, above 0.</param>
    /// <param name="width">Width of the padded image in pixels, above 0.</param>
    public AnchorGrid Generate(int height, int width)
    {
        lock (_lock)
        {
            for (var node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Height != height || node.Value.Width != width)
                    continue;
                _recent.Remove(node);
                _recent.AddFirst(node);
                return node.Value;
            }
            var grid = Generate(height, width, GridSizes(height, width));
            _recent.AddFirst(grid);
            if (_recent.Count > Kept)
                _recent.RemoveLast();
            return grid;
        }
    }

    /// <summary>All anchors for feature maps of sizes that do not follow from the image's; not kept.</summary>
    /// <param name="height">Height of the padded image in pixels, above 0.</param>
    /// <param name="width">Width of the padded image in pixels, above 0.</param>
    /// <param name="sizes">Sizes of the feature maps, one for each level, from the finest.</param>
    /// <exception cref="ArgumentException">There is not one size for each level, or one is empty.</exception>
    public AnchorGrid Generate(int height, int width, ReadOnlySpan<GridSize> sizes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (sizes.Length != _cells.Length)
            throw new ArgumentException($"{_cells.Length} levels need as many grid sizes, not {sizes.Length}", nameof(sizes));
        var levels = new AnchorLevel[sizes.Length];
        var offset = 0;
        for (var i = 0; i < levels.Length; i++)
        {
            var size = sizes[i];
            if (size.Height < 1 || size.Width < 1)
                throw new ArgumentException($"the grid of level {Settings.MinLevel + i} is empty: {size}", nameof(sizes));
            var stride = 1 << (Settings.MinLevel + i);
            var divides = Settings.Compatibility == AnchorCompatibility.Torchvision;
            var count = checked(size.Height * size.Width * Settings.AnchorsPerCell);
            levels[i] = new(Settings.MinLevel + i, size, divides ? height / size.Height : stride, divides ? width / size.Width : stride, offset, count);
            offset = checked(offset + count);
        }
        return new(height, width, levels, _cells);
    }

    // Halving and rounding up again and again is the same as once, by the power of two.
    private static int Halved(int size, int level) => (int)(((long)size + (1 << level) - 1) >> level);
}
