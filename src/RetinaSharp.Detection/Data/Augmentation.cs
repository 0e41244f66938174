using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// What happens to one image: it is scaled, perhaps mirrored along its diagonal, then left to right and top to bottom (together
/// these make every quarter turn), laid into its frame, and its colours change. Boxes and pixels both follow this one record.
/// </summary>
internal readonly record struct Augmentation
{
    /// <summary>Original width in pixels.</summary>
    public required int SourceWidth { get; init; }

    /// <summary>Original height in pixels.</summary>
    public required int SourceHeight { get; init; }

    /// <summary>Width after scaling, before turning.</summary>
    public required int ScaledWidth { get; init; }

    /// <summary>Height after scaling, before turning.</summary>
    public required int ScaledHeight { get; init; }

    /// <summary>Width of the frame.</summary>
    public required int FrameWidth { get; init; }

    /// <summary>Height of the frame.</summary>
    public required int FrameHeight { get; init; }

    /// <summary>Whether x and y are swapped.</summary>
    public bool Transpose { get; init; }

    /// <summary>Whether left and right are swapped, after <see cref="Transpose"/>.</summary>
    public bool FlipX { get; init; }

    /// <summary>Whether top and bottom are swapped, after <see cref="Transpose"/>.</summary>
    public bool FlipY { get; init; }

    /// <summary>Left side of the turned image within the frame; below 0 where it is cut off.</summary>
    public int OffsetX { get; init; }

    /// <summary>Upper side of the turned image within the frame.</summary>
    public int OffsetY { get; init; }

    /// <summary>Factor of the brightness, then of contrast and saturation.</summary>
    public required (double Brightness, double Contrast, double Saturation) Colour { get; init; }

    /// <summary>Width after turning.</summary>
    public int TurnedWidth => Transpose ? ScaledHeight : ScaledWidth;

    /// <summary>Height after turning.</summary>
    public int TurnedHeight => Transpose ? ScaledWidth : ScaledHeight;

    /// <summary>Left end of the image's visible part within the frame.</summary>
    public int Left => Math.Max(0, OffsetX);

    /// <summary>Upper end of the visible part.</summary>
    public int Top => Math.Max(0, OffsetY);

    /// <summary>Right end of the visible part, outside of it; there is always some.</summary>
    public int Right => Math.Min(FrameWidth, OffsetX + TurnedWidth);

    /// <summary>Lower end of the visible part, outside of it.</summary>
    public int Bottom => Math.Min(FrameHeight, OffsetY + TurnedHeight);

    /// <summary>Draws one. Every setting has its own draws, so that a change of one leaves the others' alone.</summary>
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
            // A quarter turn is a transposition and one mirroring, a half turn is both mirrorings.
            FlipX = flipX ^ turns is 1 or 2,
            FlipY = flipY ^ turns is 2 or 3,
            Colour = (Factor(settings.Brightness), Factor(settings.Contrast), Factor(settings.Saturation)),
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

    /// <summary>Maps a box of the original into the frame, without cutting it off.</summary>
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
