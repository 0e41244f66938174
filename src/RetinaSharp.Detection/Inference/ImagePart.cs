using RetinaSharp.Boxes;

namespace RetinaSharp.Detection.Inference;

/// <summary>A rectangle of an image, in its pixels, and how far the neighbouring tiles reach into it.</summary>
/// <param name="X">Left side.</param>
/// <param name="Y">Upper side.</param>
/// <param name="Width">Width.</param>
/// <param name="Height">Height.</param>
internal readonly record struct ImagePart(int X, int Y, int Width, int Height)
{
    /// <summary>Part of a side that a box's end may be off by.</summary>
    public const float RelativeReach = .01f;

    /// <summary>Where the neighbour on the left ends, and the others likewise; null where the image ends, and so no object is cut.</summary>
    public int? LeftNeighbourEnd { get; init; }

    /// <summary>Where the neighbour on the right begins.</summary>
    public int? RightNeighbourStart { get; init; }

    /// <summary>Where the upper neighbour ends.</summary>
    public int? UpperNeighbourEnd { get; init; }

    /// <summary>Where the lower neighbour begins.</summary>
    public int? LowerNeighbourStart { get; init; }

    // A box that ends so near to a border may go on behind it. It is left to the neighbour only where it is as far from the neighbour's own.
    private float Reach => Math.Max(1, RelativeReach * Math.Max(Width, Height));

    /// <summary>What becomes of a box that was found in the part.</summary>
    /// <param name="box">The box, in pixels of the image.</param>
    public PartBox Look(Box box)
    {
        var isCut = false;
        if (LeftNeighbourEnd is { } left && box.X1 <= X + Reach)
        {
            if (box.X2 < left - Reach)
                return PartBox.SeenBetterElsewhere;
            isCut = true;
        }

        if (RightNeighbourStart is { } right && box.X2 >= X + Width - Reach)
        {
            if (box.X1 > right + Reach)
                return PartBox.SeenBetterElsewhere;
            isCut = true;
        }

        if (UpperNeighbourEnd is { } upper && box.Y1 <= Y + Reach)
        {
            if (box.Y2 < upper - Reach)
                return PartBox.SeenBetterElsewhere;
            isCut = true;
        }

        if (LowerNeighbourStart is { } lower && box.Y2 >= Y + Height - Reach)
        {
            if (box.Y1 > lower + Reach)
                return PartBox.SeenBetterElsewhere;
            isCut = true;
        }

        return isCut ? PartBox.Cut : PartBox.Whole;
    }
}
