namespace RetinaSharp.Evaluation;

/// <summary>The constants of the COCO benchmark, bit-identical to those of pycocotools.</summary>
internal static class CocoThresholds
{
    /// <summary>Maximum number of evaluated detections per class and image.</summary>
    public const int MaxDetections = 100;

    /// <summary>pycocotools' <c>numpy.spacing(1)</c>. It is added to the denominator of precision, so that 0 / 0 becomes 0.</summary>
    public const double Epsilon = 2.220446049250313e-16;

    public const int IouCount = 10;
    public const int AreaCount = 4;
    public const int RecallCount = 101;
    public const int RecallSettings = 6;

    /// <summary>The IoU thresholds: numpy.linspace(.5, .95, 10), of which two values differ in their last bits from .5 + .05 i.</summary>
    public static ReadOnlySpan<double> Iou => [.5, .55, .6, .65, .7, .75, .8, .85, .8999999999999999, .95];

    /// <summary>The recall points: numpy.linspace(0, 1, 101), which equals i · .01; i / 100 differs in its last bits at ten indices.</summary>
    public static ReadOnlySpan<double> Recall => RecallPoints;

    /// <summary>Lower bounds of the area ranges, in square pixels. Both bounds are inclusive, so 32² and 96² lie in two ranges.</summary>
    public static ReadOnlySpan<double> AreaFrom => [0, 0, 32 * 32, 96 * 96];

    /// <summary>Upper bounds of the area ranges, in square pixels, inclusive.</summary>
    public static ReadOnlySpan<double> AreaTo => [1e10, 32 * 32, 96 * 96, 1e10];

    public static Range AllIou => ..IouCount;

    public static Range Iou50 => 0..1;

    public static Range Iou75 => 5..6;

    private static readonly double[] RecallPoints = [.. Enumerable.Range(0, RecallCount).Select(i => i * .01)];
}
