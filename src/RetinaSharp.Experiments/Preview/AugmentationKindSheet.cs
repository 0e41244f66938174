using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Preview;

/// <summary>Creates the sheet that shows an image without augmentation, with each augmentation alone, and with all of the run.</summary>
internal static class AugmentationKindSheet
{
    private const int Columns = 5;

    // A random draw may leave the image as it is, for example a crop that finds no part: then another one is shown.
    private const int MaxDraws = 5;

    // The image is changed if this share of its values differ by more than resampling explains.
    private const double MinChangedShare = .02;
    private const int MaxResamplingDifference = 16;

    /// <summary>Creates the sheet.</summary>
    /// <param name="images">The images; the first is shown, the others appear in mosaic, mixup and copy-paste.</param>
    /// <param name="settings">Input size, augmentation and seed.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static Sheet Create(DetectionDataset images, RunSettings settings, CancellationToken cancellationToken)
    {
        var plain = Draw(AugmentationSettings.None, 0);
        SheetImage[] cells =
        [
            new(plain, "not augmented"),
            .. AugmentationKind.List(settings.Augmentation).Where(IsPossible).Select(kind => new SheetImage(DrawChanged(kind.Settings), kind.IsOn ? kind.Name : $"{kind.Name} (off)")),
            new(DrawChanged(settings.Augmentation), "all of the run"),
        ];
        return new("augmentation-kinds",
            ContactSheet.Create($"Each augmentation alone: {images.Images[0].FileName}", cells, Columns, AugmentedView.Side, AugmentedView.Legend(images)), "Each augmentation alone");

        // The typical multi-scale has no sizes for some small inputs, and too large ones for some large inputs.
        bool IsPossible(AugmentationKind kind)
        {
            try
            {
                return kind.Settings.GetInputSizes(settings.Input).Count > 0;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }

        Image DrawChanged(AugmentationSettings augmentation) =>
            Enumerable.Range(0, MaxDraws).Select(draw => Draw(augmentation, draw)).FirstOrDefault(image => IsChanged(image, plain)) ?? Draw(augmentation, 0);

        Image Draw(AugmentationSettings augmentation, int draw)
        {
            var drawn = settings with { Augmentation = augmentation, Training = settings.Training with { Seed = settings.Training.Seed + draw } };
            return AugmentedView.Load(images, drawn, 1, cancellationToken).First(one => one.Id == images.Images[0].Id).Image;
        }
    }

    private static bool IsChanged(Image image, Image plain)
    {
        if ((image.Width, image.Height) != (plain.Width, plain.Height))
            return true;
        var changed = 0;
        for (var i = 0; i < plain.Pixels.Length; i++)
            changed += Math.Abs(image.Pixels[i] - plain.Pixels[i]) > MaxResamplingDifference ? 1 : 0;
        return changed > MinChangedShare * plain.Pixels.Length;
    }
}
