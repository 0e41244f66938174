namespace RetinaSharp.Boxes;

/// <summary>The box code of the R-CNN family, with weights 1, as RetinaNet uses it.</summary>
/// <remarks>
/// With (x, y) the centre: <c>dx = (x - xa) / wa</c>, <c>dy = (y - ya) / ha</c>, <c>dw = log(w / wa)</c>,
/// <c>dh = log(h / ha)</c> (Girshick et al., "Rich feature hierarchies", appendix C). Decoding clips dw and dh from above at
/// <see cref="MaxLogScale"/>, as Detectron, torchvision and detectron2 do, so that one wild prediction cannot overflow.
/// </remarks>
public static class BoxCoder
{
    /// <summary>The greatest dw and dh that <see cref="Decode(Box, BoxDelta)"/> honours: log(1000 / 16).</summary>
    public const float MaxLogScale = 4.135166556742356f;

    /// <summary>The code of a box.</summary>
    /// <param name="anchor">The anchor, of positive width and height.</param>
    /// <param name="box">The box, of positive width and height.</param>
    /// <exception cref="ArgumentException">Either has a width or height that is not positive, and so no logarithm.</exception>
    public static BoxDelta Encode(Box anchor, Box box)
    {
        if (!(anchor.Width > 0 && anchor.Height > 0))
            throw new ArgumentException($"{anchor} has no positive width and height, so nothing can be encoded against it", nameof(anchor));
        if (!(box.Width > 0 && box.Height > 0))
            throw new ArgumentException($"{box} has no positive width and height: leave such boxes out before encoding", nameof(box));
        return new(
            (CentreX(box) - CentreX(anchor)) / anchor.Width,
            (CentreY(box) - CentreY(anchor)) / anchor.Height,
            MathF.Log(box.Width / anchor.Width),
            MathF.Log(box.Height / anchor.Height));
    }

    /// <summary>The codes of many boxes, each against the anchor at the same place.</summary>
    /// <param name="anchors">Anchors, [n].</param>
    /// <param name="boxes">Boxes, [n].</param>
    /// <param name="deltas">Receives the codes, [n].</param>
    /// <exception cref="ArgumentException">The lengths differ, or a box or anchor has no positive width and height.</exception>
    public static void Encode(ReadOnlySpan<Box> anchors, ReadOnlySpan<Box> boxes, Span<BoxDelta> deltas)
    {
        RequireSameLength(anchors.Length, boxes.Length, deltas.Length);
        for (var i = 0; i < anchors.Length; i++)
            deltas[i] = Encode(anchors[i], boxes[i]);
    }

    /// <summary>The box that a code stands for; of width and height 0 or more where the anchor's are.</summary>
    /// <param name="anchor">The anchor.</param>
    /// <param name="delta">The code.</param>
    public static Box Decode(Box anchor, BoxDelta delta)
    {
        var x = delta.Dx * anchor.Width + CentreX(anchor);
        var y = delta.Dy * anchor.Height + CentreY(anchor);
        var halfWidth = .5f * (MathF.Exp(MathF.Min(delta.Dw, MaxLogScale)) * anchor.Width);
        var halfHeight = .5f * (MathF.Exp(MathF.Min(delta.Dh, MaxLogScale)) * anchor.Height);
        return new(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight);
    }

    /// <summary>The boxes that many codes stand for, each against the anchor at the same place.</summary>
    /// <param name="anchors">Anchors, [n].</param>
    /// <param name="deltas">Codes, [n].</param>
    /// <param name="boxes">Receives the boxes, [n].</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Decode(ReadOnlySpan<Box> anchors, ReadOnlySpan<BoxDelta> deltas, Span<Box> boxes)
    {
        RequireSameLength(anchors.Length, deltas.Length, boxes.Length);
        for (var i = 0; i < anchors.Length; i++)
            boxes[i] = Decode(anchors[i], deltas[i]);
    }

    private static float CentreX(Box box) => box.X1 + .5f * box.Width;

    private static float CentreY(Box box) => box.Y1 + .5f * box.Height;

    private static void RequireSameLength(int anchors, int input, int output)
    {
        if (input != anchors || output != anchors)
            throw new ArgumentException($"{anchors} anchors, {input} items to convert and room for {output} results: the three must be equal");
    }
}
