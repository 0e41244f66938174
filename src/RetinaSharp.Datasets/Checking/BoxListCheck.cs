using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets.Checking;

/// <summary>
/// Checks the boxes of a dataset: duplicates in an image, and mistakes in all boxes, such as corners in place of width and height. Readers report boxes
/// that have no area or are not inside of the image.
/// </summary>
internal static class BoxListCheck
{
    // Share of the boxes that must show a mistake so that it is one of the whole dataset.
    private const double MinShare = .5;

    // Number of boxes from which a share says something.
    private const int MinBoxes = 5;

    private const double MaxAspect = 50;

    public static void Check(DetectionDataset dataset, DatasetCheckOptions options, ProblemLog log)
    {
        CheckUnits(dataset, log);
        var withoutBoxes = dataset.Images.Count(image => image.Annotations.Count == 0);
        if (dataset.Images.Count >= MinBoxes && withoutBoxes > dataset.Images.Count / 2)
            log.AddWarning(dataset.Source, "", $"{withoutBoxes} of {dataset.Images.Count} images have no boxes: are their labels missing? Images without objects are used as background");
        foreach (var image in dataset.Images)
        {
            CheckDuplicates(image, dataset, options, log);
            foreach (var annotation in image.Annotations)
            {
                if (annotation.Box is { Width: > 0, Height: > 0 } box && Math.Max(box.Width / box.Height, box.Height / box.Width) > MaxAspect)
                    log.AddWarning(image.Path, Locate(annotation), $"the box is {box.Width:0.#} x {box.Height:0.#} pixels: is an edge wrong?");
            }
        }
    }

    /// <summary>Finds boxes that are written as corners, or as fractions of the image, in place of x, y, width and height in pixels.</summary>
    private static void CheckUnits(DetectionDataset dataset, ProblemLog log)
    {
        var (boxes, corners, fractions) = (0, 0, 0);
        foreach (var image in dataset.Images.Where(image => image is { Width: > 1, Height: > 1 }))
        {
            foreach (var annotation in image.Annotations)
            {
                var box = annotation.Box;
                boxes++;
                // As corners, the box would be inside of the image; as width and height, it is not.
                if (box.Width > box.X && box.Height > box.Y && box.Width <= image.Width && box.Height <= image.Height
                    && (box.X + box.Width > image.Width + 1 || box.Y + box.Height > image.Height + 1))
                    corners++;
                if (box is { X: >= 0 and <= 1, Y: >= 0 and <= 1, Width: > 0 and <= 1, Height: > 0 and <= 1 })
                    fractions++;
            }
        }

        if (boxes < MinBoxes)
            return;
        if (corners > MinShare * boxes)
            log.AddError(dataset.Source, "", $"{corners} of {boxes} boxes extend beyond their image, but would not as [x1, y1, x2, y2]: they seem to be corners, where [x, y, width, height] is needed");
        if (fractions > MinShare * boxes)
            log.AddError(dataset.Source, "", $"{fractions} of {boxes} boxes are within the first pixel of their image: they seem to be fractions of its size, where pixels are needed");
    }

    private static void CheckDuplicates(AnnotatedImage image, DetectionDataset dataset, DatasetCheckOptions options, ProblemLog log)
    {
        var boxes = image.Annotations.Where(annotation => !annotation.IsCrowd && annotation.Box is { Width: > 0, Height: > 0 }).OrderBy(annotation => annotation.Box.X).ToArray();
        for (var i = 0; i < boxes.Length; i++)
        {
            // Sorted by the left edge: boxes further right than the box is wide cannot overlap much.
            for (var j = i + 1; j < boxes.Length && boxes[j].Box.X < boxes[i].Box.X + boxes[i].Box.Width; j++)
            {
                var iou = Iou(boxes[i].Box, boxes[j].Box);
                if (iou < options.DuplicateIou)
                    continue;
                var (first, second) = (boxes[i], boxes[j]);
                var classes = first.Category == second.Category ? $"of class \"{dataset.Categories[first.Category].Name}\"" : $"of classes \"{dataset.Categories[first.Category].Name}\" and \"{dataset.Categories[second.Category].Name}\"";
                log.AddWarning(image.Path, $"{Locate(first)} and {second.Id}", iou == 1 ? $"two equal boxes {classes}: remove one" : $"two boxes {classes} with IoU {iou:0.00}: are they one object?");
            }
        }
    }

    private static double Iou(BoxXywh a, BoxXywh b)
    {
        var width = Math.Min(a.X + a.Width, b.X + b.Width) - Math.Max(a.X, b.X);
        var height = Math.Min(a.Y + a.Height, b.Y + b.Height) - Math.Max(a.Y, b.Y);
        if (width <= 0 || height <= 0)
            return 0;
        return a == b ? 1 : width * height / (a.Area + b.Area - width * height);
    }

    private static string Locate(Annotation annotation) => $"annotation {annotation.Id}";
}
