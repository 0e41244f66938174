using RetinaSharp.Boxes;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>The pixels of an image whose centers lie within a shape.</summary>
internal sealed class Silhouette
{
    private readonly List<(double X, double Y)> _centers = [];

    /// <summary>Finds the pixels of a shape.</summary>
    /// <param name="shape">The shape, which must not be completely outside of the image.</param>
    /// <param name="size">Width and height of the image in pixels.</param>
    public Silhouette(ShapeInstance shape, int size)
    {
        var unit = (double)SceneRecipe.Span / size;
        var (left, right, top, bottom) = (size, 0, size, 0);
        var (firstRow, endRow) = Range(shape.Y);
        var (firstColumn, endColumn) = Range(shape.X);
        for (var row = firstRow; row < endRow; row++)
        {
            for (var column = firstColumn; column < endColumn; column++)
            {
                var (x, y) = ((column + .5) * unit, (row + .5) * unit);
                if (shape.Distance(x, y) > 0)
                    continue;
                _centers.Add((x, y));
                (left, right) = (Math.Min(left, column), Math.Max(right, column + 1));
                (top, bottom) = (Math.Min(top, row), Math.Max(bottom, row + 1));
            }
        }

        Box = new(left, top, right - left, bottom - top);

        (int First, int End) Range(double center) =>
            (Math.Max(0, (int)((center - shape.Reach) / unit)), Math.Min(size, (int)((center + shape.Reach) / unit) + 1));
    }

    /// <summary>Tight box around the shape's pixels, in pixels.</summary>
    public BoxXywh Box { get; }

    /// <summary>Number of the shape's pixels.</summary>
    public int Area => _centers.Count;

    /// <summary>Returns the share of the shape's pixels that no occluder covers, in [0, 1].</summary>
    public double Visible(IReadOnlyList<ShapeInstance> occluders) =>
        (double)_centers.Count(center => occluders.All(occluder => occluder.Distance(center.X, center.Y) > 0)) / Area;
}
