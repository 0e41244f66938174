namespace RetinaSharp.Boxes;

/// <summary>
/// A box in COCO's format: left edge, top edge, width and height, in pixels, in double precision. Evaluation uses this format, because
/// converting to corners and back loses the last bits and pycocotools computes with these values.
/// </summary>
/// <param name="X">Left edge, in pixels.</param>
/// <param name="Y">Top edge, in pixels.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
public readonly record struct BoxXywh(double X, double Y, double Width, double Height)
{
    /// <summary>Area in square pixels.</summary>
    public double Area => Width * Height;

    /// <summary>Converts the box to corners, rounded to fp32.</summary>
    public Box ToCorners() => new((float)X, (float)Y, (float)(X + Width), (float)(Y + Height));

    /// <summary>Converts a box from corners.</summary>
    /// <param name="box">The box, given by its corners.</param>
    public static BoxXywh FromCorners(Box box) => new(box.X1, box.Y1, (double)box.X2 - box.X1, (double)box.Y2 - box.Y1);
}
