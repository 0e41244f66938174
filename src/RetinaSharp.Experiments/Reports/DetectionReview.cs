using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Creates report sections with pictures of a model's true positives, false positives and false negatives.</summary>
/// <param name="groundTruth">The annotated images.</param>
/// <param name="detections">The detections, with image and category ids of the ground truth.</param>
/// <param name="threshold">Detections with lower scores are left out.</param>
internal sealed class DetectionReview(DetectionDataset groundTruth, IReadOnlyList<DetectionResult> detections, double threshold = DetectionReview.DefaultThreshold)
{
    /// <summary>Score threshold of models without any true positive, for which no threshold has the best F1.</summary>
    public const double DefaultThreshold = .3;

    // In pixels: large enough to be legible on a phone, small enough for a report with many pictures.
    private const int ImageSide = 640;
    private const int CropSide = 240;

    // Side of a crop relative to the box: the surroundings help to recognize the object. Crops of fewer than MinCrop pixels would look blurred.
    private const double Context = 2.2;
    private const double MinCrop = 40;

    private readonly Dictionary<long, AnnotatedImage> _images = groundTruth.Images.ToDictionary(image => image.Id);
    private readonly Dictionary<long, string> _names = groundTruth.Categories.ToDictionary(category => category.Id, category => category.Name);
    private readonly IReadOnlyList<MatchedDetection> _matches = CocoEvaluator.Match(groundTruth, detections);

    /// <summary>The detections whose score reaches the threshold, with their matches, by image id.</summary>
    public ILookup<long, MatchedDetection> ByImage => Counted.ToLookup(match => match.Detection.ImageId);

    private IEnumerable<MatchedDetection> Counted => _matches.TakeWhile(match => match.Detection.Score >= threshold);

    /// <summary>Creates a section with the first images that have annotations, drawn with ground truth and detections.</summary>
    /// <param name="count">Maximum number of images.</param>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    public ReportSection Examples(int count = 8)
    {
        var byImage = ByImage;
        return new("Detections and ground truth",
        [
            new Paragraph($"The first images of {groundTruth.Source}. {AnnotatedRegion.Legend} Scores from {threshold:0.00} on."),
            new PictureGrid([.. groundTruth.Images.Where(image => image.Annotations.Count > 0).Take(count).Select(image =>
                new Picture(Draw(image, byImage[image.Id]), $"{image.FileName} with ground truth and detections", $"{image.FileName}: {Counts(image, byImage[image.Id])}"))]),
        ]);
    }

    /// <summary>Creates a section with crops of the false positives that have the highest scores.</summary>
    /// <param name="count">Maximum number of crops.</param>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    public ReportSection FalsePositives(int count = 12)
    {
        var falsePositives = Counted.Where(match => match.GroundTruth is null).Select(match => match.Detection).ToList();
        return new("Worst false positives",
        [
            new Paragraph(falsePositives.Count == 0
                ? $"There is no false positive with a score from {threshold:0.00} on."
                : $"Of {falsePositives.Count} detections with a score from {threshold:0.00} on that match no box of their class at IoU .5, those with the highest scores. {AnnotatedRegion.Legend}"),
            .. Grid(falsePositives.Take(count), detection =>
            {
                var nearest = _images[detection.ImageId].Annotations.Select(box => (Box: box, Iou: Iou.ComputeCoco(detection.Box, box.Box, box.IsCrowd)))
                    .Where(one => one.Iou > 0).DefaultIfEmpty().MaxBy(one => one.Iou);
                var text = nearest.Box is null ? "no ground truth there" : $"nearest ground truth: {Name(nearest.Box)}, IoU {nearest.Iou:0.00}";
                return Crop(_images[detection.ImageId], detection.Box, nearest.Box?.Box, detection.Box, $"{Name(detection)} {detection.Score:0.00}; {text}");
            }),
        ]);
    }

    /// <summary>Creates a section with crops of the false negatives that are the largest relative to their image, and so the easiest to see.</summary>
    /// <param name="count">Maximum number of crops.</param>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    public ReportSection FalseNegatives(int count = 12)
    {
        var matched = Counted.Select(match => match.GroundTruth).ToHashSet(ReferenceEqualityComparer.Instance);
        var missed = groundTruth.Images.SelectMany(image => Objects(image).Where(box => !matched.Contains(box)).Select(box => (Image: image, Box: box))).ToList();
        var byImage = _matches.Select(match => match.Detection).ToLookup(detection => detection.ImageId);
        return new("Worst false negatives",
        [
            new Paragraph(missed.Count == 0
                ? $"Every box is matched by a detection with a score from {threshold:0.00} on."
                : $"Of {missed.Count} boxes that no detection with a score from {threshold:0.00} on matches at IoU .5, those that take the largest share of their image. {AnnotatedRegion.Legend}"),
            .. Grid(missed.OrderByDescending(one => one.Box.Box.Area / ((double)one.Image.Width * one.Image.Height)).Take(count), one =>
            {
                // The nearest detection is that of the highest IoU times score: a low score with a high IoU may explain the false negative as
                // well as a high score with a low IoU.
                var nearest = byImage[one.Image.Id].Select(detection => (Detection: detection, Iou: Iou.ComputeCoco(detection.Box, one.Box.Box)))
                    .Where(near => near.Iou > 0).DefaultIfEmpty().MaxBy(near => near.Iou * near.Detection.Score);
                var text = nearest.Iou > 0 ? $"nearest detection: {Name(nearest.Detection)} {nearest.Detection.Score:0.00}, IoU {nearest.Iou:0.00}" : "no detection there";
                return Crop(one.Image, one.Box.Box, one.Box.Box, nearest.Iou > 0 ? nearest.Detection.Box : null, $"{Name(one.Box)} missed; {text}");
            }),
        ]);
    }

    /// <summary>Draws an image with its ground truth and detections.</summary>
    /// <param name="image">The image.</param>
    /// <param name="matches">The detections of the image, by descending score.</param>
    /// <exception cref="ImageException">The image cannot be read.</exception>
    public Image Draw(AnnotatedImage image, IEnumerable<MatchedDetection> matches)
    {
        var whole = ImageDecoding.Load(image.File);
        var region = new AnnotatedRegion(whole, new(0, 0, whole.Width, whole.Height), ImageSide);
        foreach (var box in image.Annotations.Where(box => !image.IsDegenerate(box)))
            region.AddGroundTruth(box.Box);
        foreach (var (detection, _) in matches)
            region.AddDetection(detection.Box, $"{Name(detection)} {detection.Score:0.00}");
        return region.Draw();
    }

    /// <summary>Returns the numbers of true and false positives of an image as text: "3 of 4 detected, 1 false positive".</summary>
    /// <param name="image">The image.</param>
    /// <param name="matches">The detections of the image with their matches.</param>
    public static string Counts(AnnotatedImage image, IEnumerable<MatchedDetection> matches)
    {
        var (falsePositives, matched) = (matches.Count(match => match.GroundTruth is null), matches.Count(match => match.GroundTruth is { IsCrowd: false }));
        return $"{matched} of {Objects(image).Count()} detected, {falsePositives} false positive{(falsePositives == 1 ? "" : "s")}";
    }

    /// <summary>Returns the ground truth boxes that a detector should detect: all except crowds and degenerate boxes.</summary>
    public static IEnumerable<Annotation> Objects(AnnotatedImage image) => image.Annotations.Where(box => !box.IsCrowd && !image.IsDegenerate(box));

    private static IEnumerable<ReportBlock> Grid<T>(IEnumerable<T> items, Func<T, Picture> picture)
    {
        var pictures = items.Select(picture).ToList();
        return pictures.Count == 0 ? [] : [new PictureGrid(pictures, AreSmall: true)];
    }

    /// <summary>Draws a crop of an image around a box, with a ground truth box and a detection.</summary>
    /// <param name="image">The image.</param>
    /// <param name="subject">The box in the middle of the crop.</param>
    /// <param name="box">The ground truth box; null: none.</param>
    /// <param name="detection">The detected box; null: none.</param>
    /// <param name="caption">Caption of the picture; the file name is added.</param>
    private static Picture Crop(AnnotatedImage image, BoxXywh subject, BoxXywh? box, BoxXywh? detection, string caption)
    {
        var whole = ImageDecoding.Load(image.File);
        var side = Math.Max(MinCrop, Context * Math.Max(subject.Width, subject.Height));
        var (x, width) = Around(subject.X + subject.Width / 2, whole.Width);
        var (y, height) = Around(subject.Y + subject.Height / 2, whole.Height);
        var region = new AnnotatedRegion(whole, new(x, y, width, height), CropSide);
        if (box is { } nearest)
            region.AddGroundTruth(nearest);
        if (detection is { } detected)
            region.AddDetection(detected);
        return new(region.Draw(), $"Part of {image.FileName}: {caption}", $"{caption} ({image.FileName})");

        (int From, int Length) Around(double middle, int size)
        {
            var length = (int)Math.Min(size, Math.Ceiling(side));
            return ((int)Math.Clamp(middle - length / 2.0, 0, size - length), length);
        }
    }

    private string Name(DetectionResult detection) => _names[detection.CategoryId];

    private string Name(Annotation box) => groundTruth.Categories[box.Category].Name;
}
