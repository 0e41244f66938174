using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Data;

/// <summary>Draws the random augmentation of a single image: crop, scale, rotation by 90°, flips, translation and color.</summary>
internal static class ImageAugmentation
{
    /// <summary>Draws the augmentation of an image that fills a sample.</summary>
    /// <param name="settings">The augmentation.</param>
    /// <param name="size">Input size of the network.</param>
    /// <param name="image">The image and its annotations.</param>
    /// <param name="pixels">The image after custom augmentations, if there are any.</param>
    /// <param name="random">Generators of the image's random draws.</param>
    public static TrainingSample Draw(AugmentationSettings settings, InputSize size, AnnotatedImage image, Image? pixels, SampleRandom random)
    {
        var placed = Draw(settings, size, image, pixels, random, null, out var area);
        return new(area.Width, area.Height, [placed]);
    }

    /// <summary>Draws the augmentation of an image that fills an area of a sample.</summary>
    public static PlacedImage Draw(AugmentationSettings settings, InputSize size, AnnotatedImage image, Image? pixels, SampleRandom random, PlacementArea area)
    {
        var placed = Draw(settings, size, image, pixels, random, area, out var used);
        return placed with { Placement = placed.Placement.Move(used.Left, used.Top) };
    }

    /// <summary>Returns the size of a sample that an image without rotation fills.</summary>
    public static (int Width, int Height) SampleSize(AugmentationSettings settings, InputSize size, int width, int height)
    {
        if (settings.FixedSize)
            return (size.Long, size.Long);
        var fit = size.Fit(width, height);
        return (fit.Width, fit.Height);
    }

    // Places the image relative to the top left corner of the area. Without an area, it is the size that the image has with a scale factor of 1.
    private static PlacedImage Draw(
        AugmentationSettings settings, InputSize size, AnnotatedImage image, Image? pixels, SampleRandom random, PlacementArea? given, out PixelRect area)
    {
        var crop = RandomCrop.Draw(settings, image, random.For("crop"));
        var draws = random.For("augmentation");
        var scale = draws.NextDouble(settings.MinScale, settings.MaxScale) * (given?.Scale ?? 1);
        var (turns, anyTurn) = (1 + draws.NextInt(3), draws.NextBool(settings.Rotate90));
        if (!anyTurn)
            turns = 0;
        var (flipX, flipY) = (draws.NextBool(settings.HorizontalFlip), draws.NextBool(settings.VerticalFlip));
        var (brightness, contrast, saturation) = (Factor(settings.Brightness), Factor(settings.Contrast), Factor(settings.Saturation));

        var transpose = turns % 2 == 1;
        var (sampleWidth, sampleHeight) = SampleSize(settings, size, crop.Width, crop.Height);
        area = given?.Area ?? (transpose ? new(0, 0, sampleHeight, sampleWidth) : new(0, 0, sampleWidth, sampleHeight));
        var fit = size.Fit(crop.Width, crop.Height);
        var placement = new ImagePlacement
        {
            SourceWidth = image.Width,
            SourceHeight = image.Height,
            // The factor is exactly 1 if the image is not cropped.
            ScaledWidth = DecodedImage.ScaleSide(fit.Width, scale * ((double)image.Width / crop.Width)),
            ScaledHeight = DecodedImage.ScaleSide(fit.Height, scale * ((double)image.Height / crop.Height)),
            Transpose = transpose,
            // A rotation by 90° is a transposition and one flip; a rotation by 180° is both flips.
            FlipX = flipX ^ turns is 1 or 2,
            FlipY = flipY ^ turns is 2 or 3,
            Clip = default,
        };
        var isWhole = (crop.Width, crop.Height) == (image.Width, image.Height);
        var part = isWhole ? placement.Extent : CroppedPart(placement, crop);
        var (x, y) = (
            Offset(part.Width, area.Width, given?.AlignRight ?? false),
            Offset(part.Height, area.Height, given?.AlignBottom ?? false));
        var (shiftX, shiftY) = (x - part.Left, y - part.Top);
        var frame = new PixelRect(0, 0, area.Width, area.Height);
        placement = placement with { OffsetX = shiftX, OffsetY = shiftY, Clip = isWhole ? frame : part.Move(shiftX, shiftY).Intersect(frame) };
        return new(image, pixels, placement, new(brightness, contrast, saturation, random.For("hue").NextDouble(-settings.Hue, settings.Hue)));

        double Factor(double deviation) => draws.NextDouble(1 - deviation, 1 + deviation);

        int Offset(int side, int areaSide, bool isAtEnd)
        {
            var cut = draws.NextInt(Math.Max(0, side - areaSide) + 1);
            var shift = draws.NextDouble(-settings.Translate, settings.Translate) * Math.Min(side, areaSide);
            return (isAtEnd ? Math.Max(0, areaSide - side) : 0) + (int)Math.Round(shift) - cut;
        }
    }

    /// <summary>Returns the part of an image, placed at (0, 0), that a crop of the original image leaves, in whole pixels and at least one.</summary>
    private static PixelRect CroppedPart(ImagePlacement placement, ImageRegion crop)
    {
        var (x1, y1, x2, y2) = placement.Apply(new(crop.X, crop.Y, crop.X + crop.Width, crop.Y + crop.Height));
        var (left, right) = Side(x1, x2, placement.TransposedWidth);
        var (top, bottom) = Side(y1, y2, placement.TransposedHeight);
        return new(left, top, right, bottom);

        static (int First, int End) Side(float first, float end, int size)
        {
            var from = Math.Clamp((int)MathF.Round(first), 0, size - 1);
            return (from, Math.Clamp((int)MathF.Round(end), from + 1, size));
        }
    }
}
