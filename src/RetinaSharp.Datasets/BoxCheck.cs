using System.Globalization;
using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets;

/// <summary>Finds invalid boxes, decides whether to keep them, and reports them.</summary>
internal static class BoxCheck
{
    /// <summary>
    /// Number of pixels by which a box may extend beyond the image without being reported. Such boxes result from rounding: YOLO files have
    /// fractions with six decimals, and the last decimal is .006 pixels in an image of 6,000.
    /// </summary>
    private const double Tolerance = .01;

    /// <summary>
    /// Returns what is wrong with a box: no area, outside of the image, or over its border. If the size of the image is unknown (0), only
    /// the area is checked.
    /// </summary>
    public static BoxFault Find(in BoxXywh box, int width, int height)
    {
        // Includes NaN, which no file format gives, but a dataset created in code may.
        if (!(box.Width > 0 && box.Height > 0) || !double.IsFinite(box.X + box.Width) || !double.IsFinite(box.Y + box.Height))
            return BoxFault.NoArea;
        if (width == 0 || height == 0)
            return BoxFault.None;
        double right = box.X + box.Width, lower = box.Y + box.Height;
        if (box.X >= width || box.Y >= height || right <= 0 || lower <= 0)
            return BoxFault.Outside;
        return box.X < -Tolerance || box.Y < -Tolerance || right > width + Tolerance || lower > height + Tolerance
            ? BoxFault.OverBorder
            : BoxFault.None;
    }

    /// <summary>Returns whether a box with this fault is degenerate, see <see cref="AnnotatedImage.IsDegenerate"/>.</summary>
    public static bool IsDegenerate(BoxFault fault) => fault is BoxFault.NoArea or BoxFault.Outside;

    /// <summary>
    /// Adds a warning about an invalid box to the log, and returns whether the box stays in the dataset: always, unless it is degenerate
    /// and <paramref name="keepDegenerate"/> is false.
    /// </summary>
    public static bool Keep(BoxFault fault, in BoxXywh box, int width, int height, string file, string location, bool keepDegenerate, ProblemLog log)
    {
        var isDegenerate = IsDegenerate(fault);
        var text = string.Create(CultureInfo.InvariantCulture, $"box (x {box.X}, y {box.Y}, width {box.Width}, height {box.Height})");
        text += fault switch
        {
            BoxFault.NoArea => " has no area",
            BoxFault.Outside => $" is outside of the image ({width} x {height})",
            _ => $" extends beyond the image ({width} x {height}): clipped in training",
        };
        if (isDegenerate && keepDegenerate)
            log.AddDegenerate(file, location, text);
        else
            log.AddWarning(file, location, isDegenerate ? $"{text}: skipped" : text);
        return !isDegenerate || keepDegenerate;
    }
}
