namespace RetinaSharp.Inference.Views;

/// <summary>Determines the views of an image: the whole image, its slices, and test-time augmentations of both.</summary>
/// <param name="Input">Size that each part (the whole image or a slice) is scaled to for the network.</param>
/// <param name="Tile">Side of the square slices in pixels of the image; null: no slices.</param>
/// <param name="Overlap">Overlap of neighboring slices, as a fraction of <paramref name="Tile"/>.</param>
/// <param name="UsesTestTimeAugmentation">Whether each part also has flipped and rescaled views, for test-time augmentation.</param>
internal sealed record ViewPlanner(InputSize Input, int? Tile = null, double Overlap = ViewPlanner.DefaultOverlap, bool UsesTestTimeAugmentation = false)
{
    /// <summary>Default value of <see cref="Overlap"/>.</summary>
    public const double DefaultOverlap = ImageSlices.DefaultOverlap;

    private static readonly double[] Once = [1], Scales = [.8, 1, 1.25];

    /// <summary>
    /// Size that images are decoded in: that of the largest view, so that this view is not scaled a second time; null if slices need the original size.
    /// </summary>
    public InputSize? DecodeSize => Tile is not null ? null : UsesTestTimeAugmentation ? At(Scales[^1]) : Input;

    /// <summary>Whether every image has a single view: there are no slices and no test-time augmentation.</summary>
    public bool HasSingleView => Tile is null && !UsesTestTimeAugmentation;

    /// <summary>
    /// Width and height in pixels up to which an object is complete in at least one slice, without touching the edges of the slice; 0
    /// without slices.
    /// </summary>
    public double MaxCompleteObjectSize => Math.Max(0, Overlap - 2 * ImagePart.RelativeTolerance) * Tile ?? 0;

    /// <summary>Determines the parts and views of an image.</summary>
    /// <param name="width">Width of the original image in pixels.</param>
    /// <param name="height">Height of the original image in pixels.</param>
    public ViewPlan Plan(int width, int height)
    {
        var parts = PlanParts(width, height);
        return new(parts, [.. parts.SelectMany(Views)]);
    }

    /// <summary>Determines the parts of an image: the whole image, then its slices. An image that fits into a slice has none.</summary>
    /// <param name="width">Width of the original image in pixels.</param>
    /// <param name="height">Height of the original image in pixels.</param>
    public IReadOnlyList<ImagePart> PlanParts(int width, int height)
    {
        var parts = new List<ImagePart> { new(0, 0, width, height) };
        if (Tile is { } tile && Math.Max(width, height) > tile)
            AddTiles(parts, width, height, tile);
        return parts;
    }

    private void AddTiles(List<ImagePart> parts, int width, int height, int tile)
    {
        var (columns, rows) = (Starts(width, tile), Starts(height, tile));
        var (tileWidth, tileHeight) = (Math.Min(tile, width), Math.Min(tile, height));
        for (var row = 0; row < rows.Length; row++)
            for (var column = 0; column < columns.Length; column++)
                parts.Add(new(columns[column], rows[row], tileWidth, tileHeight)
                {
                    LeftNeighborEnd = column > 0 ? columns[column - 1] + tileWidth : null,
                    RightNeighborStart = column < columns.Length - 1 ? columns[column + 1] : null,
                    TopNeighborEnd = row > 0 ? rows[row - 1] + tileHeight : null,
                    BottomNeighborStart = row < rows.Length - 1 ? rows[row + 1] : null,
                });
    }

    // Returns the start coordinates of slices along one side of the image: the smallest number of evenly spaced slices that cover it with
    // the overlap.
    private int[] Starts(int side, int tile)
    {
        var free = Math.Max(0, side - tile);
        var steps = (int)Math.Ceiling(free / Math.Max(1, Math.Floor(tile * (1 - Overlap))));
        return [.. Enumerable.Range(0, steps + 1).Select(step => steps == 0 ? 0 : (int)((long)free * step / steps))];
    }

    private IEnumerable<ImageView> Views(ImagePart part) =>
        from scale in UsesTestTimeAugmentation ? Scales : Once
        let size = At(scale)
        from flipped in UsesTestTimeAugmentation ? new[] { false, true } : [false]
        select new ImageView(part.X, part.Y, size.Fit(part.Width, part.Height), flipped);

    private InputSize At(double scale) => scale == 1 ? Input : Input with { Short = Scaled(Input.Short, scale), Long = Scaled(Input.Long, scale) };

    private static int Scaled(int side, double scale) => Math.Max(1, (int)Math.Round(side * scale));
}
