using RetinaSharp.Boxes;

namespace RetinaSharp.Inference.Views;

/// <summary>A rectangle of an image, in its pixels, and how far the neighboring slices reach into it.</summary>
/// <param name="X">Left side.</param>
/// <param name="Y">Upper side.</param>
/// <param name="Width">Width.</param>
/// <param name="Height">Height.</param>
internal readonly record struct ImagePart(int X, int Y, int Width, int Height)
{
    /// <summary>Error of a box's side, as part of the longer side of the rectangle.</summary>
    public const float RelativeReach = .01f;

    /// <summary>Right side of the left neighbor; null where the image ends, so that no object is cut.</summary>
    public int? LeftNeighborEnd { get; init; }

    /// <summary>Left side of the right neighbor; null where the image ends.</summary>
    public int? RightNeighborStart { get; init; }

    /// <summary>Lower side of the upper neighbor; null where the image ends.</summary>
    public int? UpperNeighborEnd { get; init; }

    /// <summary>Upper side of the lower neighbor; null where the image ends.</summary>
    public int? LowerNeighborStart { get; init; }

    // A box that ends so near to a border may continue beyond it. It is left to the neighbor where it is this far from the neighbor's own border.
    private float Reach => Math.Max(1, RelativeReach * Math.Max(Width, Height));

    /// <summary>Classifies a box that was detected in the part.</summary>
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
