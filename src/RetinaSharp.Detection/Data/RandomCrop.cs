using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Draws the random crop of SSD (Liu et al., section 2.2, "Data augmentation"): a part of the image whose IoU with an object reaches a random minimum. As in
/// torchvision's RandomIoUCrop, the minimum is one of 0, .1, .3, .5, .7 and .9, the aspect ratio of the part is from 1/2 to 2, the center of an object lies
/// in it, and 40 parts are tried before the minimum is drawn again. An image without objects is not cropped.
/// </summary>
internal static class RandomCrop
{
    private const int MaxTrials = 40;
    private const double MaxAspectRatio = 2;
    private const int MaxDraws = 50;

    private static readonly double[] MinIous = [0, .1, .3, .5, .7, .9];

    /// <summary>Draws the part of an image, in pixels of the image; the whole image if it is not cropped.</summary>
    public static ImageRegion Draw(AugmentationSettings settings, AnnotatedImage image, RandomStream random)
    {
        var whole = new ImageRegion(0, 0, image.Width, image.Height);
        if (!random.NextBool(settings.Crop))
            return whole;
        Box[] objects =
        [
            .. image.Annotations.Where(annotation => !annotation.IsCrowd && !image.IsDegenerate(annotation)).Select(annotation => annotation.Box.ToCorners().Clip(image.Width, image.Height)),
        ];
        // A minimum that no part reaches, as with small objects, is drawn again. Every part with an object meets the lowest one.
        for (var draw = 0; draw < MaxDraws && objects.Length > 0; draw++)
        {
            var minIou = MinIous[random.NextInt(MinIous.Length)];
            for (var trial = 0; trial < MaxTrials; trial++)
            {
                var (width, height) = (Side(image.Width), Side(image.Height));
                var (x, y) = (random.NextInt(image.Width - width + 1), random.NextInt(image.Height - height + 1));
                if (width > MaxAspectRatio * height || height > MaxAspectRatio * width)
                    continue;
                var part = new Box(x, y, x + width, y + height);
                if (Array.Exists(objects, box => HasCenter(part, box) && Iou.Compute(part, box) >= minIou))
                    return new(x, y, width, height);
            }
        }

        return whole;

        int Side(int side) => Math.Max(1, (int)(side * random.NextDouble(settings.CropMinSide, 1)));
    }

    private static bool HasCenter(Box part, Box box)
    {
        var (x, y) = ((box.X1 + box.X2) / 2, (box.Y1 + box.Y2) / 2);
        return x > part.X1 && x < part.X2 && y > part.Y1 && y < part.Y2;
    }
}
