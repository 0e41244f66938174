using System.Globalization;
using RetinaSharp.Boxes;

namespace RetinaSharp.Annotations;

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
        if (box.Width <= 0 || box.Height <= 0)
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

    /// <summary>Reports a fault; false where the box has to be left out.</summary>
    public static bool Keep(BoxFault fault, in BoxXywh box, int width, int height, string file, string place, bool keepDegenerate, ProblemLog log)
    {
        if (fault is BoxFault.NoArea or BoxFault.Outside && keepDegenerate)
            return true;
        var text = string.Create(CultureInfo.InvariantCulture, $"box (x {box.X}, y {box.Y}, width {box.Width}, height {box.Height})");
        log.Warn(file, place, fault switch
        {
            BoxFault.NoArea => $"{text} has no area: left out",
            BoxFault.Outside => $"{text} is outside of the image of {width} x {height}: left out",
            _ => $"{text} reaches over the border of the image of {width} x {height}: clipped in training",
        });
        return fault == BoxFault.OverBorder;
    }
}
