using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// The mosaic of YOLOv4 (Bochkovskiy et al., section 3.3): four images around a random center. Each of them is augmented by itself and clipped to its
/// quarter; an image that is smaller than its quarter lies at the center.
/// </summary>
internal static class Mosaic
{
    // The center is at least this share of the width and height away from the borders.
    private const double MinShare = .25;

    private static readonly string[] Roles = ["mosaic 1", "mosaic 2", "mosaic 3"];

    /// <summary>Draws whether a sample is a mosaic, and composes it.</summary>
    /// <param name="settings">The augmentation.</param>
    /// <param name="size">Input size of the network.</param>
    /// <param name="first">The image that the sample is of. The mosaic has the size that this image would have alone.</param>
    /// <param name="random">Generators of the sample's random draws.</param>
    /// <param name="draw">Draws another image of the dataset.</param>
    /// <returns>The mosaic; null if the sample is none.</returns>
    public static TrainingSample? Draw(AugmentationSettings settings, InputSize size, LoadedImage first, SampleRandom random, Func<RandomStream, SampleRandom, LoadedImage> draw)
    {
        var draws = random.For("mosaic");
        var (width, height) = ImageAugmentation.SampleSize(settings, size, first.Source.Width, first.Source.Height);
        if (!draws.NextBool(settings.Mosaic) || width < 2 || height < 2)
            return null;
        var (x, y) = (Center(width), Center(height));
        var images = new PlacedImage[4];
        for (var i = 0; i < images.Length; i++)
        {
            var (right, bottom) = (i % 2 == 1, i / 2 == 1);
            var scale = draws.NextDouble(settings.MosaicMinScale, settings.MosaicMaxScale);
            var ownRandom = i == 0 ? random : random.OfImage(Roles[i - 1]);
            var (source, pixels) = i == 0 ? first : draw(draws, ownRandom);
            var quarter = new PixelRect(right ? x : 0, bottom ? y : 0, right ? width : x, bottom ? height : y);
            images[i] = ImageAugmentation.Draw(settings, size, source, pixels, ownRandom, new(quarter, scale, AlignRight: !right, AlignBottom: !bottom));
        }

        return new(width, height, images);

        int Center(int side) => Math.Clamp((int)Math.Round(side * draws.NextDouble(MinShare, 1 - MinShare)), 1, side - 1);
    }
}
