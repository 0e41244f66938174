namespace RetinaSharp.Inference.Ranking;

/// <summary>
/// Orders unlabeled images by how much labeling them is expected to teach a model, from the model's own detections: images that the model is unsure of, and
/// that differ from the images ranked before them.
/// </summary>
/// <remarks>
/// <para>
/// Uncertainty is the sum over detections of the binary entropy of the score (B. Settles, "Active Learning Literature Survey", 2009, section 3.1), to which
/// objects that are detected in two classes add 1 minus the margin between both scores. Sums over the detections of an image, and the margin of the two best
/// classes, are those of C.-A. Brust, C. Käding and J. Denzler, "Active Learning for Deep Object Detection", 2019. A sum u is mapped to u / (u + m) with the
/// mean m of all images, so that a few crowded images do not determine the scale.
/// </para>
/// <para>
/// Novelty is the distance from the nearest image that is ranked before, relative to the largest distance from the first image. To choose the farthest image
/// next is the greedy algorithm for k centers (T. Gonzalez, 1985), which O. Sener and S. Savarese, "Active Learning for Convolutional Neural Networks: A
/// Core-Set Approach", 2018, apply to active learning. The next image here is that with the largest product of uncertainty and novelty, as information density
/// weights uncertainty (Settles, section 5.1). Uncertainties enter the product as .1 + .9 u: an image without uncertain detections may have objects that the
/// model misses.
/// </para>
/// </remarks>
public static class ImageRanker
{
    // Weight of an image that the model is sure of.
    private const double BaseWeight = .1;

    // Novelty from which an image counts as unlike those before it, and below which as like one of them.
    private const double Unlike = .5, Alike = .1;

    // Pairs of classes that a reason names.
    private const int MaxPairs = 2;

    /// <summary>Orders images by how much labeling them is expected to teach.</summary>
    /// <param name="candidates">The images; descriptors have equal lengths.</param>
    /// <param name="options">Options; the defaults if null.</param>
    /// <param name="cancellationToken">Cancels the ranking.</param>
    /// <returns>The images, best first, with descending scores; at most <see cref="ImageRankerOptions.MaxImages"/>. Equal images keep their order.</returns>
    /// <exception cref="ArgumentException">The descriptors differ in length.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public static IReadOnlyList<RankedImage> Rank(IReadOnlyList<RankingCandidate> candidates, ImageRankerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        options ??= new();
        options.Validate();
        if (candidates.Any(candidate => candidate.Descriptor.Length != candidates[0].Descriptor.Length))
            throw new ArgumentException("the descriptors of all images must have the same length", nameof(candidates));

        DetectionUncertainty[] details = [.. candidates.Select(candidate => DetectionUncertainty.Compute(candidate.Detections, options))];
        var mean = details.Select(detail => detail.Total).DefaultIfEmpty(0).Average();
        double[] uncertainties = [.. details.Select(detail => detail.Total > 0 ? detail.Total / (detail.Total + mean) : 0)];
        double[] novelties = [.. candidates.Select(_ => 1d)];
        var distances = new double[candidates.Count];
        Array.Fill(distances, double.PositiveInfinity);
        var isRanked = new bool[candidates.Count];
        var largest = 0d;
        var ranking = new List<RankedImage>();
        while (ranking.Count < Math.Min(options.MaxImages, candidates.Count))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var next = -1;
            for (var i = 0; i < candidates.Count; i++)
                if (!isRanked[i] && (next < 0 || Score(i) > Score(next)))
                    next = i;
            isRanked[next] = true;
            ranking.Add(new(next, Score(next), uncertainties[next], novelties[next], Explain(details[next], uncertainties[next], novelties[next], ranking.Count)));

            Parallel.For(0, candidates.Count, i => distances[i] = Math.Min(distances[i], Distance(candidates[i].Descriptor.Span, candidates[next].Descriptor.Span)));
            if (ranking.Count == 1)
                largest = distances.Max();
            for (var i = 0; i < novelties.Length; i++)
                novelties[i] = largest > 0 ? Math.Min(1, distances[i] / largest) : 0;
        }

        return ranking;

        double Score(int image) => (BaseWeight + (1 - BaseWeight) * uncertainties[image]) * novelties[image];
    }

    private static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0d;
        for (var i = 0; i < a.Length; i++)
            sum += (double)(a[i] - b[i]) * (a[i] - b[i]);
        return Math.Sqrt(sum);
    }

    private static List<string> Explain(DetectionUncertainty detail, double uncertainty, double novelty, int before)
    {
        var reasons = new List<string>();
        if (detail.Unsure > 0)
            reasons.Add($"{Count(detail.Unsure, "detection", "detections")} with {(detail.Unsure == 1 ? "a score" : "scores")} near .5");
        if (detail.Ambiguous.Count > 0)
        {
            var pairs = string.Join(", ", detail.Ambiguous.Take(MaxPairs).Select(pair => $"{pair.First} or {pair.Second}"));
            reasons.Add($"{Count(detail.Ambiguous.Sum(pair => pair.Objects), "object", "objects")} of unclear class ({pairs}{(detail.Ambiguous.Count > MaxPairs ? ", …" : "")})");
        }

        if (detail.Detections == 0)
            reasons.Add("no detections: there may be objects that the model misses");
        else if (reasons.Count == 0)
            reasons.Add(uncertainty > 0 ? $"{Count(detail.Detections, "detection", "detections")}, none with a score near .5" : $"{Count(detail.Detections, "sure detection", "sure detections")}");
        if (before > 0 && novelty >= Unlike)
            reasons.Add("unlike the images before it");
        else if (before > 0 && novelty < Alike)
            reasons.Add("much like an image before it");
        return reasons;
    }

    private static string Count(int count, string one, string many) => $"{count} {(count == 1 ? one : many)}";
}
