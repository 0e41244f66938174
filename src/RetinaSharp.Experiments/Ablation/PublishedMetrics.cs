namespace RetinaSharp.Experiments.Ablation;

/// <summary>The metrics that others have published for a row, as fractions in [0, 1]; publications have percentages.</summary>
/// <param name="AP">Average precision.</param>
/// <param name="AP50">AP at IoU .5; null if it is not published.</param>
/// <param name="AP75">AP at IoU .75; null if it is not published.</param>
/// <param name="Milliseconds">Inference time per image in milliseconds, on the authors' GPU; null if it is not published.</param>
public sealed record PublishedMetrics(double AP, double? AP50 = null, double? AP75 = null, double? Milliseconds = null)
{
    /// <summary>Creates metrics from percentages.</summary>
    internal static PublishedMetrics Percent(double ap, double ap50, double ap75) => new(ap / 100, ap50 / 100, ap75 / 100);
}
