namespace RetinaSharp.Datasets.Formats;

/// <summary>The bounding box of points or of a shape.</summary>
internal readonly record struct Bounds(double Left, double Top, double Right, double Bottom)
{
    /// <summary>The bounds of no points.</summary>
    public static Bounds Empty { get; } = new(double.PositiveInfinity, double.PositiveInfinity, double.NegativeInfinity, double.NegativeInfinity);

    /// <summary>Whether the bounds include no points.</summary>
    public bool IsEmpty => Left > Right;

    public static Bounds FromSize(double left, double top, double width, double height) => new(left, top, left + width, top + height);

    /// <summary>Returns the bounds of an ellipse that is rotated about its center by an angle in degrees.</summary>
    public static Bounds FromEllipse(double x, double y, double radiusX, double radiusY, double degrees = 0)
    {
        var (sin, cos) = Math.SinCos(double.DegreesToRadians(degrees));
        var halfWidth = double.Hypot(radiusX * cos, radiusY * sin);
        var halfHeight = double.Hypot(radiusX * sin, radiusY * cos);
        return new(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight);
    }

    /// <summary>Returns the bounds that also include a point.</summary>
    public Bounds Include(double x, double y) => new(Math.Min(Left, x), Math.Min(Top, y), Math.Max(Right, x), Math.Max(Bottom, y));

    /// <summary>Returns the bounds of this rectangle after a clockwise rotation about a point.</summary>
    public Bounds Rotate(double degrees, double pivotX, double pivotY)
    {
        var (sin, cos) = Math.SinCos(double.DegreesToRadians(degrees));
        var rotated = Empty;
        foreach (var (x, y) in (ReadOnlySpan<(double, double)>)[(Left, Top), (Right, Top), (Right, Bottom), (Left, Bottom)])
            rotated = rotated.Include(pivotX + (x - pivotX) * cos - (y - pivotY) * sin, pivotY + (x - pivotX) * sin + (y - pivotY) * cos);
        return rotated;
    }

    public ParsedObject ToObject(string name, string location) => new(name, Left, Top, Right, Bottom, location);
}
