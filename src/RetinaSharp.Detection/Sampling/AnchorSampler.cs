using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Losses;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Sampling;

/// <summary>
/// The built-in sampler. Ranks the anchors of each image by loss (OHEM, hard negative mining) or at random, and keeps the first of the ranking, up to the
/// limits of the settings. Thread-safe.
/// </summary>
public sealed class AnchorSampler : ISampler
{
    private readonly SamplingSettings _settings;
    private readonly AnchorGenerator _anchors;
    private readonly BoxHeadOutputs _boxOutputs;
    private readonly long _seed;
    private readonly string _purpose;

    private AnchorSampler(SamplingSettings settings, AnchorGenerator anchors, BoxHeadOutputs boxOutputs, long seed, string purpose) =>
        (_settings, _anchors, _boxOutputs, _seed, _purpose) = (settings, anchors, boxOutputs, seed, purpose);

    /// <summary>Creates the sampler; returns null if the settings disable sampling.</summary>
    /// <param name="settings">Kind and limits of the sampling.</param>
    /// <param name="anchors">Generates the anchors of the images.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="boxOutputs">Meaning of the regression head's outputs; null: box deltas.</param>
    /// <param name="purpose">Name of the random stream; samplers with different names draw independent random numbers.</param>
    public static AnchorSampler? Create(SamplingSettings settings, AnchorGenerator anchors, long seed, BoxHeadOutputs? boxOutputs = null, string purpose = "sampling") =>
        settings.Kind == SamplingKind.None ? null : new(settings, anchors, boxOutputs ?? BoxHeadOutputs.Delta, seed, purpose);

    /// <inheritdoc/>
    public bool DependsOnOutputs => _settings.Kind == SamplingKind.Ohem;

    /// <inheritdoc/>
    public int CountPositives(BatchTargets targets) => targets.PositivesByImage().Sum(count => Math.Min(count, _settings.MaxPositives));

    /// <inheritdoc/>
    public int Sample(IReadOnlyList<LevelOutput> outputs, BatchTargets targets, Func<int, long> imageNumber, int threads = 0)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var grid = _anchors.Generate(targets.Size.Height, targets.Size.Width);
        var losses = _settings.Kind == SamplingKind.Ratio ? [] : outputs.Select((output, level) =>
            AnchorCrossEntropy.Compute(output.Logits.detach(), targets.Levels[level].Labels, threads)).ToArray();
        var predictions = DependsOnOutputs ? NetworkPredictions.Create(outputs, grid, _boxOutputs, targets.Size.Images) : [];

        var positives = 0;
        var (labels, scores, boxes, kept) = (new int[grid.Count], new float[grid.Count], new Box[grid.Count], new bool[grid.Count]);
        for (var image = 0; image < targets.Size.Images; image++)
        {
            for (var level = 0; level < outputs.Count; level++)
            {
                var (offset, count) = (grid.Levels[level].Offset, grid.Levels[level].Count);
                targets.Levels[level].Labels.Slice(image * count, count).CopyTo(labels.AsSpan(offset));
                if (losses.Length > 0)
                    losses[level].AsSpan(image * count, count).CopyTo(scores.AsSpan(offset));
            }

            if (predictions.Length > 0)
                predictions[image].Decode(boxes);

            Array.Clear(kept);
            positives += Select(Rank(labels, scores, boxes, imageNumber(image)), labels, kept);
            for (var level = 0; level < outputs.Count; level++)
                targets.Levels[level].IgnoreUnsampled(image, kept.AsSpan(grid.Levels[level].Offset, grid.Levels[level].Count));
        }

        return positives;
    }

    /// <summary>
    /// Ranks the anchors of an image that are not ignored. Returns their indices, the first to be sampled at index 0; with OHEM, without the anchors that NMS
    /// suppresses.
    /// </summary>
    private int[] Rank(int[] labels, float[] scores, Box[] boxes, long image)
    {
        int[] order = [.. Enumerable.Range(0, labels.Length).Where(anchor => labels[anchor] != SigmoidLoss.Ignore)];
        switch (_settings.Kind)
        {
            case SamplingKind.Ohem:
                // With a ratio, NMS must rank all anchors: how many of the top ones are positive is not known in advance.
                var limit = _settings.Ratio is null ? _settings.Batch : order.Length;
                Box[] candidates = [.. order.Select(anchor => boxes[anchor])];
                float[] losses = [.. order.Select(anchor => scores[anchor])];
                return [.. NonMaximumSuppression.Suppress(candidates, losses, (float)_settings.NmsIouThreshold, limit).Select(index => order[index])];
            case SamplingKind.HardNegative:
                int[] ranked = [.. TopScores.Select([.. order.Select(anchor => scores[anchor])]).Select(index => order[index])];
                // Losses that are NaN have no rank. They come last, and are not left out: a network that gives nothing else has to be noticed.
                return [.. ranked, .. order.Where(anchor => float.IsNaN(scores[anchor]))];
            default:
                new RandomStream(_seed, _purpose, image).Shuffle<int>(order);
                return order;
        }
    }

    /// <summary>
    /// Marks the sampled anchors in <paramref name="kept"/>: the first of the ranking, up to the limits of the settings. Returns the number of positives
    /// among them.
    /// </summary>
    private int Select(int[] order, int[] labels, bool[] kept)
    {
        if (_settings.Ratio is not { } ratio)
        {
            foreach (var anchor in order)
                kept[anchor] = true;
            return order.Count(anchor => labels[anchor] >= 0);
        }

        var positives = SelectByLabel(isPositive: true, _settings.MaxPositives);
        SelectByLabel(isPositive: false, (int)Math.Min((long)ratio * Math.Max(1, positives), int.MaxValue));
        return positives;

        int SelectByLabel(bool isPositive, int count)
        {
            var taken = 0;
            foreach (var anchor in order)
            {
                if (taken == count)
                    break;
                if (labels[anchor] >= 0 != isPositive)
                    continue;
                kept[anchor] = true;
                taken++;
            }

            return taken;
        }
    }
}
