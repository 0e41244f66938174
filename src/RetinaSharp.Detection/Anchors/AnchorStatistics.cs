using RetinaSharp.Annotations;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Settings;

namespace RetinaSharp.Detection.Anchors;

/// <summary>How a set's boxes meet the anchors: the imbalance that focal loss is about, and boxes that no anchor learns.</summary>
/// <param name="Foreground">Anchors with a class, over all images.</param>
/// <param name="Background">Anchors that are background.</param>
/// <param name="Ignored">Anchors between the two.</param>
/// <param name="Boxes">Boxes looked at.</param>
/// <param name="BoxesWithoutAnchor">Boxes that no anchor is assigned to.</param>
public sealed record AnchorStatistics(long Foreground, long Background, long Ignored, int Boxes, int BoxesWithoutAnchor)
{
    /// <summary>Assigns the anchors of every image, at the size of training and without augmentation. No image is decoded.</summary>
    /// <param name="set">The images.</param>
    /// <param name="settings">Input size, anchors and assigner.</param>
    public static AnchorStatistics Of(AnnotatedSet set, RunSettings settings)
    {
        var generator = new AnchorGenerator(settings.Model.Anchors);
        var assigner = new Assigner(settings.Assigner);
        var sum = new AnchorStatistics(0, 0, 0, 0, 0);
        var gate = new Lock();
        Parallel.ForEach(set.Images.Where(image => image is { Width: > 0, Height: > 0 }), image =>
        {
            var one = Of(image, settings.Input, generator, assigner);
            lock (gate)
                sum = new(sum.Foreground + one.Foreground, sum.Background + one.Background, sum.Ignored + one.Ignored, sum.Boxes + one.Boxes, sum.BoxesWithoutAnchor + one.BoxesWithoutAnchor);
        });
        return sum;
    }

    private static AnchorStatistics Of(AnnotatedImage image, InputSize input, AnchorGenerator generator, Assigner assigner)
    {
        var geometry = input.Fit(image.Width, image.Height);
        var padded = PaddedSize.Around([(geometry.Width, geometry.Height)]);
        var sample = BatchImage.Of(image, Augmentation.Draw(AugmentationSettings.None, input, image, new(0, "statistics")), 0);
        var assignment = assigner.Assign(generator.Generate(padded.Height, padded.Width), sample.Boxes, sample.Classes, sample.Ignored);
        var foreground = assignment.Positives.Length;
        var ignored = assignment.Labels.Count(label => label == Losses.SigmoidLoss.Ignore);
        return new(foreground, assignment.Labels.Length - foreground - ignored, ignored, sample.Boxes.Length, sample.Boxes.Length - assignment.PositiveBoxes.Distinct().Count());
    }
}
