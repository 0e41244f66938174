using RetinaSharp.Boxes;

namespace RetinaSharp.Inference.Views;

/// <summary>
/// A part of an image: the rectangle of a slice, or the whole image. For a slice it also has the edges of the neighboring slices, which
/// overlap it. All coordinates are in pixels of the image.
/// </summary>
/// <param name="X">X coordinate of the left edge of the part.</param>
/// <param name="Y">Y coordinate of the top edge of the part.</param>
/// <param name="Width">Width of the part.</param>
/// <param name="Height">Height of the part.</param>
internal readonly record struct ImagePart(int X, int Y, int Width, int Height)
{
    /// <summary>
    /// Assumed error of the edges of a detected box, as a fraction of the longer side of the part in which it is detected.
    /// </summary>
    public const float RelativeTolerance = .01f;

    /// <summary>
    /// X coordinate of the right edge of the slice to the left. Null if there is none: this slice touches the left edge of the image, where
    /// it cuts no object.
    /// </summary>
    public int? LeftNeighborEnd { get; init; }

    /// <summary>
    /// X coordinate of the left edge of the slice to the right. Null if there is none: this slice touches the right edge of the image.
    /// </summary>
    public int? RightNeighborStart { get; init; }

    /// <summary>
    /// Y coordinate of the bottom edge of the slice above. Null if there is none: this slice touches the top edge of the image.
    /// </summary>
    public int? TopNeighborEnd { get; init; }

    /// <summary>
    /// Y coordinate of the top edge of the slice below. Null if there is none: this slice touches the bottom edge of the image.
    /// </summary>
    public int? BottomNeighborStart { get; init; }

    // Tolerance in pixels. A box within this distance of an edge of the slice may be cut by the edge. If it is also farther than this from
    // the edge of the neighboring slice, the neighboring slice contains the whole object.
    private float Tolerance => Math.Max(1, RelativeTolerance * Math.Max(Width, Height));

    /// <summary>
    /// Determines whether a box that was detected in this part is a whole object, or a piece of an object that an edge of the part cuts.
    /// </summary>
    /// <param name="box">The box, in pixels of the image.</param>
    public PartBox Classify(Box box)
    {
        var isCut = false;
        if (LeftNeighborEnd is { } left && box.X1 <= X + Tolerance)
        {
            if (box.X2 < left - Tolerance)
                return PartBox.WholeInNeighbor;
            isCut = true;
        }

        if (RightNeighborStart is { } right && box.X2 >= X + Width - Tolerance)
        {
            if (box.X1 > right + Tolerance)
                return PartBox.WholeInNeighbor;
            isCut = true;
        }

        if (TopNeighborEnd is { } top && box.Y1 <= Y + Tolerance)
        {
            if (box.Y2 < top - Tolerance)
                return PartBox.WholeInNeighbor;
            isCut = true;
        }

        if (BottomNeighborStart is { } bottom && box.Y2 >= Y + Height - Tolerance)
        {
            if (box.Y1 > bottom + Tolerance)
                return PartBox.WholeInNeighbor;
            isCut = true;
        }

        return isCut ? PartBox.Cut : PartBox.Whole;
    }
}
