namespace RetinaSharp.Boxes;

/// <summary>
/// A box as COCO writes it: upper left corner, width and height, in pixels, in double. Evaluation keeps to this form,
/// because going to corners and back loses the last bits, and pycocotools computes with these very numbers.
/// </summary>
/// <param name="X">Left side.</param>
/// <param name="Y">Upper side.</param>
/// <param name="Width">Width.</param>
/// <param name="Height">Height.</param>
public readonly record struct BoxXywh(double X, double Y, double Width, double Height)
{
    /// <summary>Width times height.</summary>
    public double Area => Width * Height;

    /// <summary>The same box by its corners, in single precision.</summary>
    public Box ToCorners() => new((float)X, (float)Y, (float)(X + Width), (float)(Y + Height));

    /// <summary>The box of two corners.</summary>
    /// <param name="box">Corners in pixels.</param>
    public static BoxXywh FromCorners(Box box) => new(box.X1, box.Y1, (double)box.X2 - box.X1, (double)box.Y2 - box.Y1);
}
