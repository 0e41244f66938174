using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// The random augmentation drawn for one training image, applied to its pixels and its boxes alike. Steps in order: scaling; transposition, horizontal and
/// vertical flip (combined, they give all rotations by multiples of 90°); placement in the output, by padding or cropping; color jitter. The output has the
/// size of the image scaled to the input size, without the random scale factor.
/// </summary>
internal readonly record struct Augmentation
{
    /// <summary>Width of the original image in pixels.</summary>
    public required int SourceWidth { get; init; }

    /// <summary>Height of the original image in pixels.</summary>
    public required int SourceHeight { get; init; }

    /// <summary>Width of the image in pixels after scaling, before transposition.</summary>
    public required int ScaledWidth { get; init; }

    /// <summary>Height of the image in pixels after scaling, before transposition.</summary>
    public required int ScaledHeight { get; init; }

    /// <summary>
    /// Width in pixels of the augmented image: the width of the image scaled to the input size, or its height if
    /// <see cref="Transpose"/> is set.
    /// </summary>
    public required int OutputWidth { get; init; }

    /// <summary>
    /// Height in pixels of the augmented image: the height of the image scaled to the input size, or its width if
    /// <see cref="Transpose"/> is set.
    /// </summary>
    public required int OutputHeight { get; init; }

    /// <summary>Whether the x and y axes of the image are swapped.</summary>
    public bool Transpose { get; init; }

    /// <summary>Whether the image is flipped horizontally, after <see cref="Transpose"/>.</summary>
    public bool FlipX { get; init; }

    /// <summary>Whether the image is flipped vertically, after <see cref="Transpose"/>.</summary>
    public bool FlipY { get; init; }

    /// <summary>
    /// X coordinate of the image's left edge in the output, in pixels, after scaling and flips. Negative if the image is cropped there.
    /// </summary>
    public int OffsetX { get; init; }

    /// <summary>
    /// Y coordinate of the image's top edge in the output, in pixels, after scaling and flips. Negative if the image is cropped there.
    /// </summary>
    public int OffsetY { get; init; }

    /// <summary>Factors of the color jitter, applied in this order; a factor of 1 has no effect.</summary>
    public required (double Brightness, double Contrast, double Saturation) Color { get; init; }

    /// <summary>Width of the image in pixels after scaling and transposition.</summary>
    public int TransposedWidth => Transpose ? ScaledHeight : ScaledWidth;

    /// <summary>Height of the image in pixels after scaling and transposition.</summary>
    public int TransposedHeight => Transpose ? ScaledWidth : ScaledHeight;

    /// <summary>Left edge of the rectangle of the output that the image covers, in pixels. The rest of the output is padding.</summary>
    public int Left => Math.Max(0, OffsetX);

    /// <summary>Top edge of the rectangle of the output that the image covers, in pixels.</summary>
    public int Top => Math.Max(0, OffsetY);

    /// <summary>Right edge, exclusive, of the rectangle of the output that the image covers, in pixels. The rectangle is never empty.</summary>
    public int Right => Math.Min(OutputWidth, OffsetX + TransposedWidth);

    /// <summary>Bottom edge, exclusive, of the rectangle of the output that the image covers, in pixels.</summary>
    public int Bottom => Math.Min(OutputHeight, OffsetY + TransposedHeight);

    /// <summary>
    /// Draws a random augmentation for an image. Each setting has its own random draws, so that changing one setting does not change the draws of the others.
    /// </summary>
    public static Augmentation Draw(AugmentationSettings settings, InputSize size, AnnotatedImage source, RandomStream random)
    {
        var fit = size.Fit(source.Width, source.Height);
        var scale = random.NextDouble(settings.MinScale, settings.MaxScale);
        var (turns, anyTurn) = (1 + random.NextInt(3), random.NextBool(settings.Rotate90));
        if (!anyTurn)
            turns = 0;
        var (flipX, flipY) = (random.NextBool(settings.HorizontalFlip), random.NextBool(settings.VerticalFlip));
        var transpose = turns % 2 == 1;
        var (outputWidth, outputHeight) = transpose ? (fit.Height, fit.Width) : (fit.Width, fit.Height);
        var drawn = new Augmentation
        {
            SourceWidth = source.Width,
            SourceHeight = source.Height,
            ScaledWidth = DecodedImage.ScaleSide(fit.Width, scale),
            ScaledHeight = DecodedImage.ScaleSide(fit.Height, scale),
            OutputWidth = outputWidth,
            OutputHeight = outputHeight,
            Transpose = transpose,
            // A rotation by 90° is a transposition and one flip; a rotation by 180° is both flips.
            FlipX = flipX ^ turns is 1 or 2,
            FlipY = flipY ^ turns is 2 or 3,
            Color = (Factor(settings.Brightness), Factor(settings.Contrast), Factor(settings.Saturation)),
        };
        return drawn with
        {
            OffsetX = Offset(drawn.TransposedWidth, outputWidth),
            OffsetY = Offset(drawn.TransposedHeight, outputHeight),
        };

        double Factor(double deviation) => random.NextDouble(1 - deviation, 1 + deviation);

        int Offset(int side, int outputSide)
        {
            var cut = random.NextInt(Math.Max(0, side - outputSide) + 1);
            var shift = random.NextDouble(-settings.Translate, settings.Translate) * Math.Min(side, outputSide);
            return (int)Math.Round(shift) - cut;
        }
    }

    /// <summary>Maps a box from pixels of the original image to pixels of the augmented image, without clipping it.</summary>
    public Box Apply(Box box)
    {
        var (x1, y1, x2, y2) = box.Scale(ScaledWidth / (float)SourceWidth, ScaledHeight / (float)SourceHeight);
        if (Transpose)
            (x1, y1, x2, y2) = (y1, x1, y2, x2);
        if (FlipX)
            (x1, x2) = (TransposedWidth - x2, TransposedWidth - x1);
        if (FlipY)
            (y1, y2) = (TransposedHeight - y2, TransposedHeight - y1);
        return new(x1 + OffsetX, y1 + OffsetY, x2 + OffsetX, y2 + OffsetY);
    }
}
