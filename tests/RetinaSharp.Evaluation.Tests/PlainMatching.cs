using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation.Tests;

/// <summary>COCO's matching of one class at IoU .5 as pycocotools writes it: a loop over detections, and in it one over boxes.</summary>
internal static class PlainMatching
{
    /// <summary>The match of each detection with a score from the threshold on, or null.</summary>
    public static IReadOnlyList<Annotation?> OfClass(DetectionDataset groundTruth, IReadOnlyList<DetectionResult> detections, int category, double threshold) =>
        OfClass(groundTruth, detections, category, threshold, out _);

    /// <summary>The same, with the detections in the same order.</summary>
    public static IReadOnlyList<Annotation?> OfClass(
        DetectionDataset groundTruth, IReadOnlyList<DetectionResult> detections, int category, double threshold, out IReadOnlyList<DetectionResult> ordered)
    {
        var (matches, order) = (new List<Annotation?>(), new List<DetectionResult>());
        foreach (var image in groundTruth.Images)
        {
            // Those that count first, then crowds.
            var boxes = image.Annotations.Where(box => box.Category == category).OrderBy(box => box.IsCrowd).ToList();
            var used = new HashSet<long>();
            foreach (var detection in detections.Where(one => one.ImageId == image.Id && one.CategoryId == groundTruth.Categories[category].Id && one.Score >= threshold).OrderByDescending(one => one.Score))
            {
                Annotation? match = null;
                var best = .5;
                foreach (var box in boxes)
                {
                    if (used.Contains(box.Id) && !box.IsCrowd)
                        continue;
                    if (match is { IsCrowd: false } && box.IsCrowd)
                        break;
                    var iou = Iou.ComputeCoco(detection.Box, box.Box, box.IsCrowd);
                    if (iou >= best)
                        (match, best) = (box, iou);
                }

                if (match is not null)
                    used.Add(match.Id);
                matches.Add(match);
                order.Add(detection);
            }
        }

        ordered = order;
        return matches;
    }
}
