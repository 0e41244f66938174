using RetinaSharp.Boxes;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>The pixels of a picture whose centres lie within a figure: those that it covers by half or more.</summary>
internal sealed class Silhouette
{
    private readonly List<(double X, double Y)> _centres = [];

    /// <param name="figure">The figure; some of it is within the picture.</param>
    /// <param name="size">Side of the picture in pixels.</param>
    public Silhouette(Figure figure, int size)
    {
        var unit = (double)SceneRecipe.Span / size;
        var (left, right, top, bottom) = (size, 0, size, 0);
        var (firstRow, endRow) = Range(figure.Y);
        var (firstColumn, endColumn) = Range(figure.X);
        for (var row = firstRow; row < endRow; row++)
        {
            for (var column = firstColumn; column < endColumn; column++)
            {
                var (x, y) = ((column + .5) * unit, (row + .5) * unit);
                if (figure.Distance(x, y) > 0)
                    continue;
                _centres.Add((x, y));
                (left, right) = (Math.Min(left, column), Math.Max(right, column + 1));
                (top, bottom) = (Math.Min(top, row), Math.Max(bottom, row + 1));
            }
        }

        Box = new(left, top, right - left, bottom - top);

        (int First, int End) Range(double centre) =>
            (Math.Max(0, (int)((centre - figure.Reach) / unit)), Math.Min(size, (int)((centre + figure.Reach) / unit) + 1));
    }

    /// <summary>Tight around them.</summary>
    public BoxXywh Box { get; }

    /// <summary>How many they are.</summary>
    public int Area => _centres.Count;

    /// <summary>The share of them that none of these figures covers.</summary>
    public double Visible(IReadOnlyList<Figure> over) =>
        (double)_centres.Count(centre => over.All(figure => figure.Distance(centre.X, centre.Y) > 0)) / Area;
}
