namespace RetinaSharp.Boxes;

/// <summary>Generates the anchors for a padded image size and caches the grids of the most recently used sizes. Thread-safe.</summary>
public sealed class AnchorGenerator
{
    // Images are padded to a small number of different sizes; a grid of 200,000 anchors takes 6 MB, the most anchors 128 MB.
    private const int MaxGrids = 16, MaxAnchors = 4_000_000;

    private readonly Lock _lock = new();
    private readonly LinkedList<AnchorGrid> _recent = [];
    private readonly Box[][] _cells;

    /// <summary>Creates the generator.</summary>
    /// <param name="settings">Sizes, ratios and pyramid levels of the anchors.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public AnchorGenerator(AnchorSettings settings)
    {
        settings.Validate();
        Settings = settings;
        _cells = [.. Enumerable.Range(settings.MinLevel, settings.LevelCount).Select(level => CellAnchors.Create(settings, level))];
    }

    /// <summary>Sizes, ratios and pyramid levels of the anchors.</summary>
    public AnchorSettings Settings { get; }

    /// <summary>
    /// Computes the feature map size of each level, from the finest: the padded image size divided by 2^level, rounded up, as convolutions with
    /// stride 2 and padding 1 do.
    /// </summary>
    /// <param name="height">Height of the padded image in pixels, above 0.</param>
    /// <param name="width">Width of the padded image in pixels, above 0.</param>
    public GridSize[] GridSizes(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        return [.. Enumerable.Range(Settings.MinLevel, Settings.LevelCount).Select(level => new GridSize(Halved(height, level), Halved(width, level)))];
    }

    /// <summary>Generates the anchors of all levels for a padded image size, or returns them from the cache.</summary>
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
            while (_recent.Count > MaxGrids || (_recent.Count > 1 && _recent.Sum(one => (long)one.Count) > MaxAnchors))
                _recent.RemoveLast();
            return grid;
        }
    }

    /// <summary>Generates the anchors of all levels for given feature map sizes, which may differ from <see cref="GridSizes"/>; not cached.</summary>
    /// <param name="height">Height of the padded image in pixels, above 0.</param>
    /// <param name="width">Width of the padded image in pixels, above 0.</param>
    /// <param name="sizes">Sizes of the feature maps, one for each level, from the finest.</param>
    /// <exception cref="ArgumentException">The number of sizes is not the number of levels, or a size is not positive.</exception>
    public AnchorGrid Generate(int height, int width, ReadOnlySpan<GridSize> sizes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (sizes.Length != _cells.Length)
            throw new ArgumentException($"{sizes.Length} grid sizes for {_cells.Length} levels: the numbers must be equal", nameof(sizes));
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

    // Halving with rounding up, level times, equals one division by 2^level with rounding up.
    private static int Halved(int size, int level) => (int)(((long)size + (1 << level) - 1) >> level);
}
