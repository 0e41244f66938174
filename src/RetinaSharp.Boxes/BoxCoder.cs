namespace RetinaSharp.Boxes;

/// <summary>
/// Encodes boxes as deltas from anchors and decodes deltas into boxes, as in R-CNN: torchvision's <c>BoxCoder</c> with all four weights 1.
/// </summary>
/// <remarks>
/// For a box with center (x, y), width w and height h, and an anchor with center (xa, ya), width wa and height ha:
/// <c>dx = (x - xa) / wa</c>, <c>dy = (y - ya) / ha</c>, <c>dw = log(w / wa)</c>, <c>dh = log(h / ha)</c>
/// (Girshick et al., <a href="https://arxiv.org/abs/1311.2524">Rich feature hierarchies</a>, appendix C).
/// Decoding clamps dw and dh to at most <see cref="MaxLogScale"/>, as Detectron, torchvision and detectron2 do, so that an extreme
/// prediction does not overflow.
/// </remarks>
public static class BoxCoder
{
    /// <summary>Upper bound of dw and dh in <see cref="Decode(Box, BoxDelta)"/>: log(1000 / 16).</summary>
    public const float MaxLogScale = 4.135166556742356f;

    /// <summary>Encodes a box as a delta from an anchor.</summary>
    /// <param name="anchor">The anchor, with positive width and height.</param>
    /// <param name="box">The box, with positive width and height.</param>
    /// <exception cref="ArgumentException">The width or height of the box or the anchor is not positive.</exception>
    public static BoxDelta Encode(Box anchor, Box box)
    {
        if (!(anchor.Width > 0 && anchor.Height > 0))
            throw new ArgumentException($"{anchor} has no positive width and height, so no box can be encoded relative to it", nameof(anchor));
        if (!(box.Width > 0 && box.Height > 0))
            throw new ArgumentException($"{box} has no positive width and height: leave such boxes out before encoding", nameof(box));
        var ((x, y), (anchorX, anchorY)) = (box.GetCenter(), anchor.GetCenter());
        return new(
            (x - anchorX) / anchor.Width,
            (y - anchorY) / anchor.Height,
            MathF.Log(box.Width / anchor.Width),
            MathF.Log(box.Height / anchor.Height));
    }

    /// <summary>Encodes boxes as deltas, box i from anchor i.</summary>
    /// <param name="anchors">Anchors, [n].</param>
    /// <param name="boxes">Boxes, [n].</param>
    /// <param name="deltas">Receives the deltas, [n].</param>
    /// <exception cref="ArgumentException">The lengths differ, or a box or anchor has a width or height that is not positive.</exception>
    public static void Encode(ReadOnlySpan<Box> anchors, ReadOnlySpan<Box> boxes, Span<BoxDelta> deltas)
    {
        RequireSameLength(anchors.Length, boxes.Length, deltas.Length);
        for (var i = 0; i < anchors.Length; i++)
            deltas[i] = Encode(anchors[i], boxes[i]);
    }

    /// <summary>Decodes a delta into a box, whose width and height are 0 or more if the anchor's are.</summary>
    /// <param name="anchor">The anchor that the delta is relative to.</param>
    /// <param name="delta">The delta; dw and dh are clamped to at most <see cref="MaxLogScale"/>.</param>
    public static Box Decode(Box anchor, BoxDelta delta)
    {
        var (anchorX, anchorY) = anchor.GetCenter();
        var x = delta.Dx * anchor.Width + anchorX;
        var y = delta.Dy * anchor.Height + anchorY;
        var halfWidth = .5f * (MathF.Exp(MathF.Min(delta.Dw, MaxLogScale)) * anchor.Width);
        var halfHeight = .5f * (MathF.Exp(MathF.Min(delta.Dh, MaxLogScale)) * anchor.Height);
        return new(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight);
    }

    /// <summary>Decodes deltas into boxes, delta i from anchor i.</summary>
    /// <param name="anchors">Anchors, [n].</param>
    /// <param name="deltas">Deltas, [n].</param>
    /// <param name="boxes">Receives the boxes, [n].</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Decode(ReadOnlySpan<Box> anchors, ReadOnlySpan<BoxDelta> deltas, Span<Box> boxes)
    {
        RequireSameLength(anchors.Length, deltas.Length, boxes.Length);
        for (var i = 0; i < anchors.Length; i++)
            boxes[i] = Decode(anchors[i], deltas[i]);
    }

    private static void RequireSameLength(int anchors, int input, int output)
    {
        if (input != anchors || output != anchors)
            throw new ArgumentException($"{anchors} anchors, {input} inputs and {output} outputs: the three lengths must be equal");
    }
}
