using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Reports;

/// <summary>What a detector found, missed and took for an object on annotated images, as sections of a report with pictures.</summary>
/// <param name="truth">The images.</param>
/// <param name="detections">What was found, in the ids of the images' set.</param>
/// <param name="threshold">The score from which a detection counts.</param>
internal sealed class DetectionReview(DetectionDataset truth, IReadOnlyList<DetectionResult> detections, double threshold = .3)
{
    // Wide enough to be read on a phone, small enough for a report of many.
    private const int ImageSide = 640;
    private const int CropSide = 240;

    // What surrounds a box tells what it is, and shows small ones no larger than the eye can use.
    private const double Context = 2.2;
    private const double SmallestCrop = 40;

    private readonly Dictionary<long, AnnotatedImage> _images = truth.Images.ToDictionary(image => image.Id);
    private readonly Dictionary<long, string> _names = truth.Categories.ToDictionary(category => category.Id, category => category.Name);
    private readonly IReadOnlyList<MatchedDetection> _matches = CocoEvaluator.Match(truth, detections);

    private IEnumerable<MatchedDetection> Counted => _matches.TakeWhile(match => match.Detection.Score >= threshold);

    /// <summary>The first images with objects, with the truth and what was found.</summary>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    public ReportSection Examples(int count = 8)
    {
        var byImage = Counted.ToLookup(match => match.Detection.ImageId);
        var found = Counted.Select(match => match.Truth).ToHashSet(ReferenceEqualityComparer.Instance);
        return new("Detections beside the truth",
        [
            new Paragraph($"The first images of {truth.Source}. {BoxPainter.Legend} Scores are from {threshold:0.##} on."),
            new PictureGrid([.. truth.Images.Where(image => image.Annotations.Count > 0).Take(count).Select(image => Example(image, [.. byImage[image.Id]], found))]),
        ]);
    }

    /// <summary>Detections of the highest scores that no box of their class reaches IoU .5 with, or none that is left: what the detector is most wrong about.</summary>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    public ReportSection FalsePositives(int count = 12)
    {
        var wrong = Counted.Where(match => match.Truth is null).Select(match => match.Detection).ToList();
        return new("Worst false positives",
        [
            new Paragraph(wrong.Count == 0
                ? $"There is no false positive with a score from {threshold:0.##} on."
                : $"Of {wrong.Count} detections with a score from {threshold:0.##} on that match no box of their class at IoU .5, those of the highest scores. {BoxPainter.Legend}"),
            .. Grid(wrong.Take(count), detection =>
            {
                var nearest = _images[detection.ImageId].Annotations.Select(box => (Box: box, Iou: Iou.ComputeCoco(detection.Box, box.Box, box.IsCrowd)))
                    .Where(one => one.Iou > 0).DefaultIfEmpty().MaxBy(one => one.Iou);
                var text = nearest.Box is null ? "no box there" : $"nearest box: {Name(nearest.Box)}, IoU {nearest.Iou:0.00}";
                return Crop(_images[detection.ImageId], detection.Box, nearest.Box?.Box, detection.Box, $"{Name(detection)} {detection.Score:0.00}; {text}");
            }),
        ]);
    }

    /// <summary>Boxes that no detection matches, those first that take the largest part of their image: the easiest to see, so the least excusable.</summary>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    public ReportSection FalseNegatives(int count = 12)
    {
        var found = Counted.Select(match => match.Truth).ToHashSet(ReferenceEqualityComparer.Instance);
        var missed = truth.Images.SelectMany(image => image.Annotations.Where(box => !box.IsCrowd && !image.IsDegenerate(box) && !found.Contains(box)).Select(box => (Image: image, Box: box))).ToList();
        var byImage = _matches.Select(match => match.Detection).ToLookup(detection => detection.ImageId);
        return new("Worst false negatives",
        [
            new Paragraph(missed.Count == 0
                ? $"Every box is matched by a detection with a score from {threshold:0.##} on."
                : $"Of {missed.Count} boxes that no detection with a score from {threshold:0.##} on matches at IoU .5, those that take the largest part of their image, as the easiest to see. {BoxPainter.Legend}"),
            .. Grid(missed.OrderByDescending(one => one.Box.Box.Area / ((double)one.Image.Width * one.Image.Height)).Take(count), one =>
            {
                // What overlaps it a little with a high score says as much as what covers it with a low one.
                var nearest = byImage[one.Image.Id].Select(detection => (Found: detection, Iou: Iou.ComputeCoco(detection.Box, one.Box.Box)))
                    .Where(near => near.Iou > 0).DefaultIfEmpty().MaxBy(near => near.Iou * near.Found.Score);
                var text = nearest.Iou > 0 ? $"nearest detection: {Name(nearest.Found)} {nearest.Found.Score:0.00}, IoU {nearest.Iou:0.00}" : "nothing found there";
                return Crop(one.Image, one.Box.Box, one.Box.Box, nearest.Iou > 0 ? nearest.Found.Box : null, $"{Name(one.Box)} missed; {text}");
            }),
        ]);
    }

    private static IEnumerable<ReportBlock> Grid<T>(IEnumerable<T> items, Func<T, Picture> picture)
    {
        var pictures = items.Select(picture).ToList();
        return pictures.Count == 0 ? [] : [new PictureGrid(pictures, AreSmall: true)];
    }

    private Picture Example(AnnotatedImage image, MatchedDetection[] matches, HashSet<object?> found)
    {
        var whole = Image.Load(image.Path);
        var painter = new BoxPainter(whole, new(0, 0, whole.Width, whole.Height), ImageSide);
        foreach (var box in image.Annotations.Where(box => !image.IsDegenerate(box)))
            painter.PaintTruth(box.Box);
        // The best is drawn last, over the others.
        var labels = matches.Reverse().Select(match => Label(painter, match.Detection)).ToList();
        var boxes = image.Annotations.Where(box => !box.IsCrowd && !image.IsDegenerate(box)).ToList();
        var right = boxes.Count(found.Contains);
        return new(painter.Image.Draw(labels), $"{image.FileName} with the truth and {matches.Length} detections",
            $"{image.FileName}: {right} of {boxes.Count} found, {matches.Count(match => match.Truth is null)} wrong");
    }

    private BoxLabel Label(BoxPainter painter, DetectionResult detection)
    {
        var box = painter.Place(detection.Box);
        return new(box.X1, box.Y1, box.X2, box.Y2, $"{Name(detection)} {detection.Score:0.00}", BoxPainter.DetectionColour);
    }

    /// <summary>What surrounds a box of an image, with the truth's box and a detection.</summary>
    private static Picture Crop(AnnotatedImage image, BoxXywh subject, BoxXywh? box, BoxXywh? detection, string caption)
    {
        var whole = Image.Load(image.Path);
        var side = Math.Max(SmallestCrop, Context * Math.Max(subject.Width, subject.Height));
        var (x, width) = Around(subject.X + subject.Width / 2, whole.Width);
        var (y, height) = Around(subject.Y + subject.Height / 2, whole.Height);
        var painter = new BoxPainter(whole, new(x, y, width, height), CropSide);
        if (box is { } there)
            painter.PaintTruth(there);
        if (detection is { } found)
            painter.PaintDetection(found);
        return new(painter.Image, $"Part of {image.FileName}: {caption}", $"{caption} ({image.FileName})");

        (int From, int Length) Around(double middle, int size)
        {
            var length = (int)Math.Min(size, Math.Ceiling(side));
            return ((int)Math.Clamp(middle - length / 2.0, 0, size - length), length);
        }
    }

    private string Name(DetectionResult detection) => _names[detection.CategoryId];

    private string Name(Annotation box) => truth.Categories[box.Category].Name;
}
