using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Anchors;

/// <summary>
/// Fits anchors to the boxes of a dataset: searches scales and aspect ratios, and where these do not suffice a further pyramid level or a larger input, that
/// raise the covered share plus the mean best IoU of the boxes, without covering fewer small, medium or large ones.
/// </summary>
/// <remarks>
/// The mean best IoU as the measure of anchors is that of J. Redmon and A. Farhadi, "YOLO9000" (2017), section 2, whose k-means clusters boxes by the
/// distance 1 - IoU. Clusters are free shapes, but here every level has all combinations of scales and ratios, so that coordinates are searched instead, as by
/// M. Zlocha, Q. Dou and B. Glocker, "Improving RetinaNet for CT Lesion Detection" (2019), who optimize the same measure by differential evolution. The search
/// here is a deterministic pattern search (R. Hooke and T. Jeeves, 1961) on logarithms, from the given anchors and from the quantiles of the aspect ratios.
/// Unlike both, IoUs take the positions of the anchors into account.
/// </remarks>
public static class AnchorFitter
{
    // Boxes that the search looks at; the result is verified on all boxes. A share of 5000 boxes has a standard error below a percent.
    private const int MaxBoxes = 5000;

    // Share of a size class that may lose its anchors when the search has not seen all boxes.
    private const double SampleError = .01;

    // Bounds of scales and ratios, and step widths, as logarithms to base 2.
    private const double MaxLogarithm = 4;
    private static readonly double[] Steps = [.5, .25, .125, .0625, .03125];

    // Passes over all coordinates with one step width.
    private const int MaxPasses = 12;

    // Gain of the score below which a change is noise.
    private const double MinImprovement = 1e-6;

    // Levels that the network has.
    private const int FinestLevel = 2, CoarsestLevel = 10;

    // Factors of the input size that are tried, and the multiple that its sides are rounded to: that of the padding.
    private static readonly double[] InputFactors = [1.25, 1.5, 2];
    private const int InputMultiple = 32, MaxInputSide = 16_384;

    // Digits of fitted values, so that they can be typed.
    private const int Digits = 3;

    /// <summary>
    /// Fits anchors and input size to a dataset. The result is the same for the same data, and never covers less than the start. Of more than 5000 boxes, the
    /// search looks at a sample: then a size class may lose up to a percent of its boxes, if more are gained in the others.
    /// </summary>
    /// <param name="dataset">The annotated images; those of unknown size are left out. No image is decoded. For sliced training, the slices.</param>
    /// <param name="settings">Anchors and input size to start from, and the foreground threshold of the assigner by IoU; other assigners do not need a fit.</param>
    /// <param name="options">What may change; everything if null.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public static AnchorFit Fit(DetectionDataset dataset, RunSettings settings, AnchorFitOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(settings);
        options ??= new();
        var (start, threshold) = (settings.Model.Anchors, settings.Assigner.ForegroundIou);
        var boxes = InputBoxes.Create(dataset, settings.Input, cancellationToken);
        var before = Coverage(boxes, start, threshold);
        // Of the sampled boxes at the input size of the start, also for larger inputs: the boxes are the same ones in the same order.
        int[] floor = [.. Coverage(boxes.Sample(MaxBoxes), start, threshold).BySize.Select(group => group.Covered)];
        var unchanged = new AnchorFit(start, settings.Input, before, before) { IsChanged = false };
        if (boxes.Count == 0)
            return unchanged;

        var best = Search(boxes, start, settings.Input, threshold, floor, options, cancellationToken);
        if (options.FitsLevels)
        {
            foreach (var (min, max) in ((int, int)[])[(start.MinLevel - 1, start.MaxLevel), (start.MinLevel, start.MaxLevel + 1)])
                if (min >= FinestLevel && max <= CoarsestLevel)
                    best = Better(best, Search(boxes, start with { MinLevel = min, MaxLevel = max }, settings.Input, threshold, floor, options, cancellationToken));
        }

        if (options.FitsInput)
        {
            foreach (var factor in InputFactors)
            {
                var input = settings.Input with { Short = Enlarged(settings.Input.Short, factor), Long = Enlarged(settings.Input.Long, factor) };
                best = Better(best, Search(InputBoxes.Create(dataset, input, cancellationToken), start, input, threshold, floor, options, cancellationToken));
            }
        }

        var all = best.Input == settings.Input ? boxes : InputBoxes.Create(dataset, best.Input, cancellationToken);
        var after = Coverage(all, best.Anchors, threshold);
        var tolerance = boxes.Count > MaxBoxes ? SampleError : 0;
        var isBetter = after.All.Covered >= before.All.Covered && after.All.CoveredShare + after.All.MeanBestIou > before.All.CoveredShare + before.All.MeanBestIou + MinImprovement
            && after.BySize.Zip(before.BySize).All(pair => pair.First.Covered >= pair.Second.Covered - tolerance * pair.Second.Boxes);
        return isBetter ? new(best.Anchors, best.Input, before, after) { IsChanged = true } : unchanged;

        Candidate Better(Candidate current, Candidate other) => other.Covered >= current.Covered + options.MinGain && other.GetMissing(floor) == 0 ? other : current;
    }

    private static AnchorCoverage Coverage(InputBoxes boxes, AnchorSettings anchors, double threshold) =>
        AnchorCoverage.Create(boxes, new AnchorMatch(boxes, anchors).BestIous(anchors), threshold);

    private static int Enlarged(int side, double factor) => Math.Min(MaxInputSide, (int)Math.Ceiling(side * factor / InputMultiple) * InputMultiple);

    private static Candidate Search(
        InputBoxes boxes, AnchorSettings start, InputSize input, double threshold, int[] floor, AnchorFitOptions options, CancellationToken cancellationToken)
    {
        var sample = boxes.Sample(MaxBoxes);
        var match = new AnchorMatch(sample, start);
        var best = Evaluate(start);
        foreach (var from in options.FitsRatios ? [start, start with { Ratios = AspectQuantiles(sample, start.Ratios.Count) }] : (AnchorSettings[])[start])
            best = Max(best, Descend(Evaluate(from)));
        return best;

        Candidate Descend(Candidate current)
        {
            foreach (var step in Steps)
            {
                for (var pass = 0; pass < MaxPasses; pass++)
                {
                    var before = current;
                    foreach (var move in Moves(start.Scales.Count, start.Ratios.Count, options))
                        foreach (var signed in (ReadOnlySpan<double>)[step, -step])
                        {
                            cancellationToken.ThrowIfCancellationRequested();
                            current = Max(current, Evaluate(Moved(current.Anchors, move, signed)));
                        }
                    if (ReferenceEquals(current, before))
                        break;
                }
            }

            return current;
        }

        // No size class may lose boxes, or the many boxes of one size would be fitted at the cost of the few of another.
        // At another input size or with other levels, the start may cover fewer of a size than the floor: then regaining them comes first.
        Candidate Max(Candidate current, Candidate other) => other.GetMissing(floor).CompareTo(current.GetMissing(floor)) switch
        {
            < 0 => other,
            > 0 => current,
            _ => other.Score > current.Score + MinImprovement ? other : current,
        };

        Candidate Evaluate(AnchorSettings anchors)
        {
            var covered = new int[AnchorCoverage.SizeClasses];
            var sum = 0d;
            foreach (var (i, iou) in match.BestIous(anchors).Index())
            {
                sum += iou;
                if (iou >= (float)threshold)
                    covered[AnchorCoverage.SizeClass(sample.Areas[i])]++;
            }

            return new(anchors, input, covered, covered.Sum() / (double)sample.Count, sum / sample.Count);
        }
    }

    /// <summary>
    /// Returns the directions of the search: factors that the step is multiplied by before it is added to the logarithm of each scale and ratio. Each value
    /// changes alone, all change together, and they spread around their center.
    /// </summary>
    private static IEnumerable<(double[] Scales, double[] Ratios)> Moves(int scales, int ratios, AnchorFitOptions options)
    {
        double[] noScales = new double[scales], noRatios = new double[ratios];
        foreach (var (count, isFitted, create) in new (int, bool, Func<double[], (double[], double[])>)[]
                 {
                     (scales, options.FitsScales, move => (move, noRatios)),
                     (ratios, options.FitsRatios, move => (noScales, move)),
                 })
        {
            if (!isFitted)
                continue;
            yield return create([.. Enumerable.Repeat(1d, count)]);
            if (count == 1)
                continue;
            yield return create([.. Enumerable.Range(0, count).Select(i => 2d * i / (count - 1) - 1)]);
            for (var i = 0; i < count; i++)
                yield return create([.. Enumerable.Range(0, count).Select(j => j == i ? 1d : 0)]);
        }
    }

    private static AnchorSettings Moved(AnchorSettings anchors, (double[] Scales, double[] Ratios) move, double step) => anchors with
    {
        Scales = Moved(anchors.Scales, move.Scales, step),
        Ratios = Moved(anchors.Ratios, move.Ratios, step),
    };

    // Values that do not move keep their exact value.
    private static IReadOnlyList<double> Moved(IReadOnlyList<double> values, double[] move, double step) => Array.TrueForAll(move, factor => factor == 0)
        ? values
        : [.. values.Select((value, i) => move[i] == 0 ? value : Rounded(double.Exp2(Math.Clamp(Math.Log2(value) + move[i] * step, -MaxLogarithm, MaxLogarithm)))).Order()];

    private static double[] AspectQuantiles(InputBoxes boxes, int count)
    {
        double[] aspects = [.. Enumerable.Range(0, boxes.Count).Where(i => !boxes.HasVanished(i)).Select(i => (double)boxes.Heights[i] / boxes.Widths[i]).Order()];
        return [.. Enumerable.Range(0, count).Select(i => aspects.Length == 0 ? 1 : Rounded(Math.Clamp(aspects[(int)((i + .5) * aspects.Length / count)], double.Exp2(-MaxLogarithm), double.Exp2(MaxLogarithm))))];
    }

    private static double Rounded(double value)
    {
        var digits = Digits - 1 - (int)Math.Floor(Math.Log10(value));
        return Math.Round(value, Math.Clamp(digits, 0, 15));
    }

    /// <summary>Anchors and what they cover of the sampled boxes.</summary>
    private sealed record Candidate(AnchorSettings Anchors, InputSize Input, int[] CoveredBySize, double Covered, double MeanBestIou)
    {
        public double Score => Covered + MeanBestIou;

        /// <summary>Returns how many boxes the size classes lack to cover as many as a floor, together.</summary>
        public int GetMissing(int[] floor) => CoveredBySize.Zip(floor).Sum(pair => Math.Max(0, pair.Second - pair.First));
    }
}
