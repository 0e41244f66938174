namespace RetinaSharp.Evaluation;

/// <summary>
/// The twelve summary metrics of the COCO detection benchmark. Each is in [0, 1], or -1 if there is no ground truth to measure it on.
/// Objects are small, medium or large by the ground truth area in square pixels: up to 32², 32² to 96², and from 96²; both ends are inclusive.
/// </summary>
public record CocoSummary
{
    /// <summary>Creates metrics from values computed elsewhere, such as those of a file.</summary>
    public CocoSummary()
    {
    }

    internal CocoSummary(IReadOnlyList<ClassCurves> classes)
    {
        AP = CurveMeans.Precision(classes, AreaRange.All, CocoThresholds.AllIou);
        AP50 = CurveMeans.Precision(classes, AreaRange.All, CocoThresholds.Iou50);
        AP75 = CurveMeans.Precision(classes, AreaRange.All, CocoThresholds.Iou75);
        APs = CurveMeans.Precision(classes, AreaRange.Small, CocoThresholds.AllIou);
        APm = CurveMeans.Precision(classes, AreaRange.Medium, CocoThresholds.AllIou);
        APl = CurveMeans.Precision(classes, AreaRange.Large, CocoThresholds.AllIou);
        AR1 = CurveMeans.Recall(classes, RecallSetting.Best1);
        AR10 = CurveMeans.Recall(classes, RecallSetting.Best10);
        AR100 = CurveMeans.Recall(classes, RecallSetting.All);
        ARs = CurveMeans.Recall(classes, RecallSetting.Small);
        ARm = CurveMeans.Recall(classes, RecallSetting.Medium);
        ARl = CurveMeans.Recall(classes, RecallSetting.Large);
    }

    /// <summary>A description of what each metric measures, by metric name.</summary>
    public static IReadOnlyDictionary<string, string> Descriptions { get; } = new Dictionary<string, string>
    {
        [nameof(AP)] = "average precision, mean over IoU .50 to .95",
        [nameof(AP50)] = "average precision at IoU .50",
        [nameof(AP75)] = "average precision at IoU .75",
        [nameof(APs)] = "average precision, small objects, to 32² pixels",
        [nameof(APm)] = "average precision, medium objects, 32² to 96²",
        [nameof(APl)] = "average precision, large objects, from 96²",
        [nameof(AR1)] = "average recall, 1 detection per class and image",
        [nameof(AR10)] = "average recall, 10 detections",
        [nameof(AR100)] = "average recall, 100 detections",
        [nameof(ARs)] = "average recall, small objects",
        [nameof(ARm)] = "average recall, medium objects",
        [nameof(ARl)] = "average recall, large objects",
    };

    /// <summary>Average precision, mean over IoU thresholds .5 to .95 in steps of .05.</summary>
    public double AP { get; init; }

    /// <summary>Average precision at IoU .5.</summary>
    public double AP50 { get; init; }

    /// <summary>Average precision at IoU .75.</summary>
    public double AP75 { get; init; }

    /// <summary>Average precision of small objects (ground truth area up to 32² pixels), mean over the IoU thresholds.</summary>
    public double APs { get; init; }

    /// <summary>Average precision of medium objects (ground truth area 32² to 96² pixels), mean over the IoU thresholds.</summary>
    public double APm { get; init; }

    /// <summary>Average precision of large objects (ground truth area from 96² pixels), mean over the IoU thresholds.</summary>
    public double APl { get; init; }

    /// <summary>Average recall with 1 detection per class and image.</summary>
    public double AR1 { get; init; }

    /// <summary>Average recall with 10 detections per class and image.</summary>
    public double AR10 { get; init; }

    /// <summary>Average recall with 100 detections per class and image.</summary>
    public double AR100 { get; init; }

    /// <summary>Average recall of small objects, with 100 detections per class and image.</summary>
    public double ARs { get; init; }

    /// <summary>Average recall of medium objects, with 100 detections per class and image.</summary>
    public double ARm { get; init; }

    /// <summary>Average recall of large objects, with 100 detections per class and image.</summary>
    public double ARl { get; init; }

    /// <summary>Returns the metrics with their names, in the order of pycocotools' <c>summarize</c>.</summary>
    public IReadOnlyList<(string Name, double Value)> ByName() =>
    [
        (nameof(AP), AP), (nameof(AP50), AP50), (nameof(AP75), AP75), (nameof(APs), APs), (nameof(APm), APm), (nameof(APl), APl),
        (nameof(AR1), AR1), (nameof(AR10), AR10), (nameof(AR100), AR100), (nameof(ARs), ARs), (nameof(ARm), ARm), (nameof(ARl), ARl),
    ];
}
