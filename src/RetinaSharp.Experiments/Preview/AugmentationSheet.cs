using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Preview;

/// <summary>Creates the sheet of augmentations: a row for each image, with the image itself and several random draws, as training sees them.</summary>
internal static class AugmentationSheet
{
    public static Sheet Create(DetectionDataset images, RunSettings settings, int draws, CancellationToken cancellationToken)
    {
        var plain = AugmentedView.Load(images, settings with { Augmentation = AugmentationSettings.None }, 1, cancellationToken);
        var augmented = AugmentedView.Load(images, settings, draws, cancellationToken);
        var cells = from image in images.Images
                    from drawn in plain.Where(one => one.Id == image.Id).Concat(augmented.Where(one => one.Id == image.Id).OrderBy(one => one.Epoch)).Index()
                    select new SheetImage(drawn.Item.Image, drawn.Index == 0 ? $"{image.FileName}, not augmented" : $"draw {drawn.Index}");
        return new("augmentation",
            ContactSheet.Create($"Augmentation, at the input size {settings.Input.Short} × {settings.Input.Long}", [.. cells], draws + 1, AugmentedView.Side, AugmentedView.Legend(images)),
            "Images and what augmentation makes of them");
    }
}
