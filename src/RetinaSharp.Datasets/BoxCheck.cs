using System.Globalization;
using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets;

/// <summary>Which boxes of a file are used, and what is said about those that are not.</summary>
internal static class BoxCheck
{
    /// <summary>
    /// Reaching over the border by less is rounding, not a fault: six decimals of a fraction, as YOLO files have them, are .006
    /// pixels in an image of 6,000.
    /// </summary>
    private const double Tolerance = .01;

    /// <summary>The fault of a box in an image; an image of unknown size (0 × 0) has no border.</summary>
    public static BoxFault Find(in BoxXywh box, int width, int height)
    {
        // Also for NaN, which no file gives, but a caller's own set may.
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

    /// <summary>Whether a box with this fault is degenerate, see <see cref="AnnotatedImage.IsDegenerate"/>.</summary>
    public static bool IsDegenerate(BoxFault fault) => fault is BoxFault.NoArea or BoxFault.Outside;

    /// <summary>Reports a fault; false where the box has to be left out.</summary>
    public static bool Keep(BoxFault fault, in BoxXywh box, int width, int height, string file, string place, bool keepDegenerate, ProblemLog log)
    {
        var isDegenerate = IsDegenerate(fault);
        var text = string.Create(CultureInfo.InvariantCulture, $"box (x {box.X}, y {box.Y}, width {box.Width}, height {box.Height})");
        text += fault switch
        {
            BoxFault.NoArea => " has no area",
            BoxFault.Outside => $" is outside of the image of {width} x {height}",
            _ => $" reaches over the border of the image of {width} x {height}: clipped in training",
        };
        if (isDegenerate && keepDegenerate)
            log.AddDegenerate(file, place, text);
        else
            log.Warn(file, place, isDegenerate ? $"{text}: left out" : text);
        return !isDegenerate || keepDegenerate;
    }
}
