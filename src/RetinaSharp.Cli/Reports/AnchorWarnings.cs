using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Cli.Reports;

/// <summary>Warns of boxes that a network cannot learn at an input size, and names the options that help.</summary>
internal static class AnchorWarnings
{
    // Share of boxes without an anchor above which the anchors do not suit the data.
    private const double MaxShareWithoutAnchor = .05;

    /// <summary>Returns the warnings about the boxes of a dataset.</summary>
    /// <param name="anchors">Statistics of the anchors that are assigned to the boxes.</param>
    /// <param name="settings">Input size and slices of the statistics.</param>
    public static IEnumerable<string> Find(AnchorStatistics anchors, RunSettings settings)
    {
        var (input, sample) = (settings.Input, anchors.IsSample ? $" of {anchors.Images} sampled {(settings.Tile is null ? "images" : "samples")}" : "");
        if (anchors.VanishedBoxes > 0)
        {
            yield return $"{anchors.VanishedBoxes} of {anchors.VanishedBoxes + anchors.Boxes} boxes{sample} are smaller than a pixel when images are scaled to {input.Short} x {input.Long}, and cannot be learned: "
                + $"{anchors.ShortSideForAllBoxes(input)} pixels for the short side would keep all (--size), {(settings.Tile is null ? "slices of large images" : "smaller slices")} keep small objects, too (--tile).";
        }

        if (anchors.BoxesWithoutAnchor > MaxShareWithoutAnchor * anchors.Boxes)
        {
            yield return $"{100.0 * anchors.BoxesWithoutAnchor / anchors.Boxes:0} % of the boxes{sample} match no anchor and will not be learned. "
                + "For small boxes try a larger --size or finer --levels, for elongated ones other --ratios.";
        }
    }
}
