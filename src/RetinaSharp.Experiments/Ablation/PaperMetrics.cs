namespace RetinaSharp.Experiments.Ablation;

/// <summary>The metrics that the paper reports for a row, as fractions in [0, 1]; the paper prints percentages.</summary>
/// <param name="AP">Average precision.</param>
/// <param name="AP50">AP at IoU .5; null if the paper does not report it.</param>
/// <param name="AP75">AP at IoU .75; null if the paper does not report it.</param>
/// <param name="Milliseconds">Inference time per image in milliseconds, on the authors' GPU; null if the paper does not report it.</param>
public sealed record PaperMetrics(double AP, double? AP50 = null, double? AP75 = null, double? Milliseconds = null)
{
    /// <summary>Creates metrics from percentages, as the paper prints them.</summary>
    internal static PaperMetrics Percent(double ap, double ap50, double ap75) => new(ap / 100, ap50 / 100, ap75 / 100);
}
