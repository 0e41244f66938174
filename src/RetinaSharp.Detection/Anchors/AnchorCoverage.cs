using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Anchors;

/// <summary>
/// How well anchors cover the ground-truth boxes of a dataset. A box is covered if the IoU of some anchor with it is at least the foreground threshold of the
/// assigner by IoU, so that it is learned without low-quality matches; for other assigners, this says little. Positions count: the anchors are those of the
/// grid of each image.
/// </summary>
public sealed record AnchorCoverage
{
    // COCO's limits between small, medium and large objects, in square pixels of the original image.
    private const double Small = 32 * 32, Medium = 96 * 96;

    private static readonly double[] ScaledSides = [8, 16, 32, 64, 128, 256];
    private static readonly string[] ScaledSizeNames = ["below 8 px", "8 to 16 px", "16 to 32 px", "32 to 64 px", "64 to 128 px", "128 to 256 px", "256 px and more"];
    private static readonly string[] SizeNames = ["small", "medium", "large"];
    private static readonly double[] AspectLimits = [1 / 4d, 1 / 2d, 1 / 1.25, 1.25, 2, 4];
    private static readonly string[] AspectNames =
        ["wider than 4:1", "wide, 4:1 to 2:1", "wide, 2:1 to 1.25:1", "nearly square", "tall, 1:1.25 to 1:2", "tall, 1:2 to 1:4", "taller than 1:4"];

    /// <summary>IoU from which a box counts as covered.</summary>
    public required double Threshold { get; init; }

    /// <summary>All boxes except crowds and degenerate boxes. Boxes below a pixel count as not covered, with an IoU of 0.</summary>
    public required AnchorCoverageGroup All { get; init; }

    /// <summary>Number of boxes with a side below one pixel at the input size, which cannot be learned.</summary>
    public required int VanishedBoxes { get; init; }

    /// <summary>The boxes by COCO's size classes small, medium and large, which are areas in pixels of the original image.</summary>
    public required IReadOnlyList<AnchorCoverageGroup> BySize { get; init; }

    /// <summary>The boxes by the square root of their area at the input size, smallest first.</summary>
    public required IReadOnlyList<AnchorCoverageGroup> ByScaledSize { get; init; }

    /// <summary>The boxes by their aspect ratio at the input size, widest first.</summary>
    public required IReadOnlyList<AnchorCoverageGroup> ByAspect { get; init; }

    /// <summary>Computes the coverage over all images whose size the annotations give. No image is decoded.</summary>
    /// <param name="dataset">The annotated images.</param>
    /// <param name="settings">Input size, anchors and the assigner's foreground threshold.</param>
    /// <param name="cancellationToken">Cancels the computation.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public static AnchorCoverage Compute(DetectionDataset dataset, RunSettings settings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(settings);
        var boxes = InputBoxes.Create(dataset, settings.Input, cancellationToken);
        return Create(boxes, new AnchorMatch(boxes, settings.Model.Anchors).BestIous(settings.Model.Anchors), settings.Assigner.ForegroundIou);
    }

    /// <summary>Number of COCO's size classes.</summary>
    internal static int SizeClasses => SizeNames.Length;

    /// <summary>Returns the index of COCO's size class of an area in square pixels.</summary>
    internal static int SizeClass(double area) => area < Small ? 0 : area < Medium ? 1 : 2;

    /// <summary>Creates the coverage from the highest IoU of each box.</summary>
    internal static AnchorCoverage Create(InputBoxes boxes, float[] bestIous, double threshold)
    {
        var size = new Groups(SizeNames, threshold);
        var scaledSize = new Groups(ScaledSizeNames, threshold);
        var aspect = new Groups(AspectNames, threshold);
        var all = new Groups(["all"], threshold);
        for (var i = 0; i < boxes.Count; i++)
        {
            var iou = bestIous[i];
            var (width, height) = (boxes.Widths[i], boxes.Heights[i]);
            all.Add(0, iou);
            size.Add(SizeClass(boxes.Areas[i]), iou);
            scaledSize.Add(ScaledSides.Count(limit => Math.Sqrt((double)width * height) >= limit), iou);
            aspect.Add(AspectLimits.Count(limit => height / width >= limit), iou);
        }

        return new()
        {
            Threshold = threshold,
            All = all.Finish()[0],
            VanishedBoxes = boxes.Vanished,
            BySize = size.Finish(),
            ByScaledSize = scaledSize.Finish(),
            ByAspect = aspect.Finish(),
        };
    }

    /// <summary>Sums over the boxes of each group.</summary>
    private sealed class Groups(string[] names, double threshold)
    {
        private readonly int[] _boxes = new int[names.Length];
        private readonly int[] _covered = new int[names.Length];
        private readonly double[] _ious = new double[names.Length];

        public void Add(int group, float iou)
        {
            _boxes[group]++;
            _ious[group] += iou;
            if (iou >= (float)threshold)
                _covered[group]++;
        }

        public AnchorCoverageGroup[] Finish() => [.. names.Select((name, i) => new AnchorCoverageGroup(name, _boxes[i], _covered[i], _ious[i] / _boxes[i]))];
    }
}
