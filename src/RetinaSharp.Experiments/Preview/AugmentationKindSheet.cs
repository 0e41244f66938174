using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Preview;

/// <summary>Creates the sheet that shows an image without augmentation, with each augmentation alone, and with all of the run.</summary>
internal static class AugmentationKindSheet
{
    private const int Columns = 5;

    /// <summary>Creates the sheet.</summary>
    /// <param name="images">The images; the first is shown, the others appear in mosaic, mixup and copy-paste.</param>
    /// <param name="settings">Input size, augmentation and seed.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static Sheet Create(DetectionDataset images, RunSettings settings, CancellationToken cancellationToken)
    {
        SheetImage[] cells =
        [
            Draw("not augmented", AugmentationSettings.None),
            .. AugmentationKind.List(settings.Augmentation).Select(kind => Draw(kind.IsOn ? kind.Name : $"{kind.Name} (off)", kind.Settings)),
            Draw("all of the run", settings.Augmentation),
        ];
        return new("augmentation-kinds",
            ContactSheet.Create($"Each augmentation alone: {images.Images[0].FileName}", cells, Columns, AugmentedView.Side, AugmentedView.Legend(images)), "Each augmentation alone");

        SheetImage Draw(string caption, AugmentationSettings augmentation) =>
            new(AugmentedView.Load(images, settings with { Augmentation = augmentation }, 1, cancellationToken).First(one => one.Id == images.Images[0].Id).Image, caption);
    }
}
