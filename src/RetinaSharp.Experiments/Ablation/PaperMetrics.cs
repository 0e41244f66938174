namespace RetinaSharp.Experiments.Ablation;

/// <summary>What the paper has in the row of a table, from 0 to 1 as our own figures.</summary>
/// <param name="AP">Average precision.</param>
/// <param name="AP50">At IoU .5; null where the paper does not say.</param>
/// <param name="AP75">At IoU .75; null where the paper does not say.</param>
/// <param name="Milliseconds">Time for an image, on the authors' GPU; null where the paper does not say.</param>
public sealed record PaperFigures(double AP, double? AP50 = null, double? AP75 = null, double? Milliseconds = null)
{
    /// <summary>Figures in per cent, as the paper prints them.</summary>
    internal static PaperFigures Percent(double ap, double ap50, double ap75) => new(ap / 100, ap50 / 100, ap75 / 100);
}
