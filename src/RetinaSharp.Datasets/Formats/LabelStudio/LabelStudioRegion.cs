using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>The shape of a region in Label Studio. Coordinates are percentages of the image.</summary>
/// <param name="value">The object that has the coordinates.</param>
/// <param name="result">The object that has the size of the image.</param>
internal readonly struct LabelStudioRegion(JsonItem value, JsonItem result)
{
    private const string LabelSuffix = "labels";
    private const double Percent = 100;

    /// <summary>The kinds of shapes.</summary>
    public enum Shape
    {
        /// <summary>A box.</summary>
        Box,

        /// <summary>A box that is rotated about its top left corner.</summary>
        RotatedBox,

        /// <summary>A polygon, an ellipse or a mask.</summary>
        Outline,

        /// <summary>A point.</summary>
        Point,

        /// <summary>Anything else, such as a range of a text.</summary>
        Other,
    }

    public Shape Kind => value.Find("rle", "points", "radiusX") is not null ? Shape.Outline
        : value.Find("x") is null || value.Find("y") is null || value.Find("width") is null ? Shape.Other
        : value.Find("height") is null ? Shape.Point
        : Rotation() != 0 ? Shape.RotatedBox
        : Shape.Box;

    /// <summary>Returns the labels of a region, which are in a list whose name depends on the tool, such as <c>rectanglelabels</c>.</summary>
    public static IEnumerable<string> Labels(JsonItem value) => LabelLists(value).SelectMany(list => list.Items()).Where(item => item.IsText).Select(item => item.Text()).Where(text => text.Trim().Length > 0);

    public static bool HasLabelList(JsonItem value) => LabelLists(value).Any();

    /// <summary>Returns the bounding box, as fractions of the image or in pixels.</summary>
    public (Bounds Bounds, bool IsNormalized) Bounds()
    {
        if (value.Find("rle") is { } runs)
            return (LabelStudioBrush.Bounds(runs, PixelWidth()), false);
        if (value.Find("points") is { } points)
        {
            var polygon = Formats.Bounds.Empty;
            foreach (var point in points.Items())
            {
                var values = point.Items().Take(2).ToArray();
                if (values.Length < 2)
                    throw point.Fail("has fewer than 2 numbers; a point is [x, y]");
                polygon = polygon.Include(values[0].Number() / Percent, values[1].Number() / Percent);
            }

            return polygon.IsEmpty ? throw points.Fail("the list is empty") : (polygon, true);
        }

        var (x, y) = (value.Get("x").Number() / Percent, value.Get("y").Number() / Percent);
        if (value.Find("radiusX") is { } radiusX)
            return Ellipse(x, y, radiusX.Number() / Percent, value.Get("radiusY").Number() / Percent);
        var box = Formats.Bounds.FromSize(x, y, value.Get("width").Number() / Percent, value.Get("height").Number() / Percent);
        if (Rotation() == 0)
            return (box, true);
        var (width, height) = (PixelWidth(), PixelHeight());
        var pixels = new Bounds(box.Left * width, box.Top * height, box.Right * width, box.Bottom * height);
        return (pixels.Rotate(Rotation(), pixels.Left, pixels.Top), false);
    }

    private (Bounds Bounds, bool IsNormalized) Ellipse(double x, double y, double radiusX, double radiusY)
    {
        if (Rotation() == 0)
            return (Formats.Bounds.FromEllipse(x, y, radiusX, radiusY), true);
        // A rotation is in pixels, not in percentages.
        var (width, height) = (PixelWidth(), PixelHeight());
        return (Formats.Bounds.FromEllipse(x * width, y * height, radiusX * width, radiusY * height, Rotation()), false);
    }

    private double Rotation() => value.Find("rotation")?.Number() ?? 0;

    private int PixelWidth() => Side("original_width");

    private int PixelHeight() => Side("original_height");

    private int Side(string name) =>
        result.Side(name) is var side and > 0 ? side : throw result.Fail($"has no valid {name}, which rotated regions and brush masks need");

    private static IEnumerable<JsonItem> LabelLists(JsonItem value) => !value.IsObject ? []
        : value.Properties().Where(property => property.Item.IsList && property.Name.EndsWith(LabelSuffix, StringComparison.Ordinal)).Select(property => property.Item);
}
