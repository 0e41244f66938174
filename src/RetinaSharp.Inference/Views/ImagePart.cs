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
    public const float RelativeReach = .01f;

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
    public int? UpperNeighborEnd { get; init; }

    /// <summary>
    /// Y coordinate of the top edge of the slice below. Null if there is none: this slice touches the bottom edge of the image.
    /// </summary>
    public int? LowerNeighborStart { get; init; }

    // Tolerance in pixels. A box within this distance of an edge of the slice may be cut by the edge. If it is also farther than this from
    // the edge of the neighboring slice, the neighboring slice contains the whole object.
    private float Reach => Math.Max(1, RelativeReach * Math.Max(Width, Height));

    /// <summary>
    /// Determines whether a box that was detected in this part is a whole object, or a piece of an object that an edge of the part cuts.
    /// </summary>
    /// <param name="box">The box, in pixels of the image.</param>
    public PartBox Classify(Box box)
    {
        var isCut = false;
        if (LeftNeighborEnd is { } left && box.X1 <= X + Reach)
        {
            if (box.X2 < left - Reach)
                return PartBox.SeenBetterElsewhere;
            isCut = true;
        }

        if (RightNeighborStart is { } right && box.X2 >= X + Width - Reach)
        {
            if (box.X1 > right + Reach)
                return PartBox.SeenBetterElsewhere;
            isCut = true;
        }

        if (UpperNeighborEnd is { } upper && box.Y1 <= Y + Reach)
        {
            if (box.Y2 < upper - Reach)
                return PartBox.SeenBetterElsewhere;
            isCut = true;
        }

        if (LowerNeighborStart is { } lower && box.Y2 >= Y + Height - Reach)
        {
            if (box.Y1 > lower + Reach)
                return PartBox.SeenBetterElsewhere;
            isCut = true;
        }

        return isCut ? PartBox.Cut : PartBox.Whole;
    }
}
