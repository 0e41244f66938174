using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// The random transform of one training image, applied to pixels and boxes alike. In this order: scaling, transposition, horizontal and vertical flip
/// (which together give all rotations by 90°), placement in the frame with padding or cropping, and color jitter.
/// </summary>
internal readonly record struct Augmentation
{
    /// <summary>Original width in pixels.</summary>
    public required int SourceWidth { get; init; }

    /// <summary>Original height in pixels.</summary>
    public required int SourceHeight { get; init; }

    /// <summary>Width in pixels after scaling, before transposition.</summary>
    public required int ScaledWidth { get; init; }

    /// <summary>Height in pixels after scaling, before transposition.</summary>
    public required int ScaledHeight { get; init; }

    /// <summary>Width of the frame, which is the image's input size without padding, in pixels.</summary>
    public required int FrameWidth { get; init; }

    /// <summary>Height of the frame in pixels.</summary>
    public required int FrameHeight { get; init; }

    /// <summary>Whether x and y are swapped.</summary>
    public bool Transpose { get; init; }

    /// <summary>Whether left and right are swapped, after <see cref="Transpose"/>.</summary>
    public bool FlipX { get; init; }

    /// <summary>Whether top and bottom are swapped, after <see cref="Transpose"/>.</summary>
    public bool FlipY { get; init; }

    /// <summary>X coordinate in the frame of the transformed image's left edge; negative if the image is cropped there.</summary>
    public int OffsetX { get; init; }

    /// <summary>Y coordinate in the frame of the transformed image's top edge; negative if the image is cropped there.</summary>
    public int OffsetY { get; init; }

    /// <summary>Factors of the color jitter, applied in this order; 1 leaves the image unchanged.</summary>
    public required (double Brightness, double Contrast, double Saturation) Color { get; init; }

    /// <summary>Width in pixels after scaling and transposition.</summary>
    public int TurnedWidth => Transpose ? ScaledHeight : ScaledWidth;

    /// <summary>Height in pixels after scaling and transposition.</summary>
    public int TurnedHeight => Transpose ? ScaledWidth : ScaledHeight;

    /// <summary>Left edge of the image's visible part in the frame.</summary>
    public int Left => Math.Max(0, OffsetX);

    /// <summary>Top edge of the visible part in the frame.</summary>
    public int Top => Math.Max(0, OffsetY);

    /// <summary>Right edge of the visible part in the frame, exclusive. The visible part is never empty.</summary>
    public int Right => Math.Min(FrameWidth, OffsetX + TurnedWidth);

    /// <summary>Bottom edge of the visible part in the frame, exclusive.</summary>
    public int Bottom => Math.Min(FrameHeight, OffsetY + TurnedHeight);

    /// <summary>Draws a random augmentation. Each setting has its own random draws, so that changing a setting does not change the draws of the others.</summary>
    public static Augmentation Draw(AugmentationSettings settings, InputSize size, AnnotatedImage source, RandomStream random)
    {
        var fit = size.Fit(source.Width, source.Height);
        var scale = random.NextDouble(settings.MinScale, settings.MaxScale);
        var (turns, anyTurn) = (1 + random.NextInt(3), random.NextBool(settings.Rotate90));
        if (!anyTurn)
            turns = 0;
        var (flipX, flipY) = (random.NextBool(settings.HorizontalFlip), random.NextBool(settings.VerticalFlip));
        var transpose = turns % 2 == 1;
        var (frameWidth, frameHeight) = transpose ? (fit.Height, fit.Width) : (fit.Width, fit.Height);
        var drawn = new Augmentation
        {
            SourceWidth = source.Width,
            SourceHeight = source.Height,
            ScaledWidth = DecodedImage.ScaleSide(fit.Width, scale),
            ScaledHeight = DecodedImage.ScaleSide(fit.Height, scale),
            FrameWidth = frameWidth,
            FrameHeight = frameHeight,
            Transpose = transpose,
            // A rotation by 90° is a transposition and one flip; a rotation by 180° is both flips.
            FlipX = flipX ^ turns is 1 or 2,
            FlipY = flipY ^ turns is 2 or 3,
            Color = (Factor(settings.Brightness), Factor(settings.Contrast), Factor(settings.Saturation)),
        };
        return drawn with
        {
            OffsetX = Offset(drawn.TurnedWidth, frameWidth),
            OffsetY = Offset(drawn.TurnedHeight, frameHeight),
        };

        double Factor(double deviation) => random.NextDouble(1 - deviation, 1 + deviation);

        int Offset(int side, int frame)
        {
            var cut = random.NextInt(Math.Max(0, side - frame) + 1);
            var shift = random.NextDouble(-settings.Translate, settings.Translate) * Math.Min(side, frame);
            return (int)Math.Round(shift) - cut;
        }
    }

    /// <summary>Maps a box from pixels of the original image to pixels of the frame, without clipping it.</summary>
    public Box Apply(Box box)
    {
        var (x1, y1, x2, y2) = box.Scale(ScaledWidth / (float)SourceWidth, ScaledHeight / (float)SourceHeight);
        if (Transpose)
            (x1, y1, x2, y2) = (y1, x1, y2, x2);
        if (FlipX)
            (x1, x2) = (TurnedWidth - x2, TurnedWidth - x1);
        if (FlipY)
            (y1, y2) = (TurnedHeight - y2, TurnedHeight - y1);
        return new(x1 + OffsetX, y1 + OffsetY, x2 + OffsetX, y2 + OffsetY);
    }
}
