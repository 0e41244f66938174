using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Preview;

/// <summary>Draws augmented images with their boxes and ignored regions.</summary>
internal static class AugmentedView
{
    /// <summary>Maximum side of a drawn image in pixels.</summary>
    public const int Side = 340;

    // Index into the palette of BoxLabel: gray.
    private const int IgnoredColor = 19;

    /// <summary>Augments every image once per epoch.</summary>
    public static List<(long Id, int Epoch, Image Image)> Load(DetectionDataset images, RunSettings settings, int epochs, CancellationToken cancellationToken) =>
        TrainingView.Load(images, settings, epochs, (epoch, pixels, batch) =>
        {
            var image = DrawnImage.Fit(pixels, Side);
            var (scaleX, scaleY) = (image.Width / (float)pixels.Width, image.Height / (float)pixels.Height);
            var one = batch.Images[0];
            var boxes = one.Boxes.Select((box, i) => DrawnImage.Label(box.Scale(scaleX, scaleY), "", one.Classes[i]))
                .Concat(one.Ignored.Select(box => DrawnImage.Label(box.Scale(scaleX, scaleY), "", IgnoredColor, isDashed: true)));
            return (one.Source.Id, epoch, image.Draw([.. boxes], DrawnImage.LineWidth));
        }, cancellationToken);

    /// <summary>Creates the legend of the classes of images and of ignored regions.</summary>
    public static IReadOnlyList<SheetLegend> Legend(DetectionDataset images)
    {
        var classes = images.Images.SelectMany(image => image.Annotations).Select(annotation => annotation.Category).Distinct().Order();
        return [.. classes.Select(one => new SheetLegend(images.Categories[one].Name, one)), new("ignored: crowd, too little is visible, or left to the slices", IgnoredColor, IsDashed: true)];
    }
}
