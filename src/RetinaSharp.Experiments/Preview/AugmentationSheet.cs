using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Preview;

/// <summary>Creates the sheet of augmentations: a row for each image, with the image itself and several random draws, as training sees them.</summary>
internal static class AugmentationSheet
{
    private const int Side = 340;

    // Index into the palette of BoxLabel: gray.
    private const int IgnoredColor = 19;

    public static Sheet Create(DetectionDataset images, RunSettings settings, int draws, CancellationToken cancellationToken)
    {
        var plain = Load(images, settings with { Augmentation = AugmentationSettings.None }, 1, cancellationToken);
        var augmented = Load(images, settings, draws, cancellationToken);
        var cells = from image in images.Images
                    from drawn in plain.Where(one => one.Id == image.Id).Concat(augmented.Where(one => one.Id == image.Id).OrderBy(one => one.Epoch)).Index()
                    select new SheetImage(drawn.Item.Image, drawn.Index == 0 ? $"{image.FileName}, not augmented" : $"draw {drawn.Index}");
        var classes = images.Images.SelectMany(image => image.Annotations).Select(annotation => annotation.Category).Distinct().Order();
        return new("augmentation",
            ContactSheet.Create($"Augmentation, at the input size {settings.Input.Short} × {settings.Input.Long}", [.. cells], draws + 1, Side,
                [.. classes.Select(one => new SheetLegend(images.Categories[one].Name, one)), new(settings.Tile is null ? "ignored: crowd, or too little is visible" : "ignored: crowd, too little is visible, or left to the slices", IgnoredColor, IsDashed: true)]),
            "Images and what augmentation makes of them");
    }

    private static List<(long Id, int Epoch, Image Image)> Load(DetectionDataset images, RunSettings settings, int epochs, CancellationToken cancellationToken) =>
        TrainingView.Load(images, settings, epochs, (epoch, pixels, batch) =>
        {
            var image = DrawnImage.Fit(pixels, Side);
            var (scaleX, scaleY) = (image.Width / (float)pixels.Width, image.Height / (float)pixels.Height);
            var one = batch.Images[0];
            var boxes = one.Boxes.Select((box, i) => DrawnImage.Label(box.Scale(scaleX, scaleY), "", one.Classes[i]))
                .Concat(one.Ignored.Select(box => DrawnImage.Label(box.Scale(scaleX, scaleY), "", IgnoredColor, isDashed: true)));
            return (one.Source.Id, epoch, image.Draw([.. boxes], DrawnImage.LineWidth));
        }, cancellationToken);
}
