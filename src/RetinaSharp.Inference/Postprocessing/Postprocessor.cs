using System.Runtime.InteropServices;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

namespace RetinaSharp.Inference.Postprocessing;

/// <summary>
/// Computes detections from a network's outputs: score threshold, top candidates of each pyramid level, box decoding, clipping,
/// suppression of duplicates, and scaling to pixels of the original image. Stateless and thread-safe.
/// </summary>
/// <param name="settings">Thresholds and limits.</param>
/// <param name="categories">The categories, in the order of the logits.</param>
/// <param name="boxOutputs">Meaning of the regression head's outputs.</param>
internal sealed class Postprocessor(InferenceSettings settings, IReadOnlyList<Category> categories, BoxHeadOutputs boxOutputs)
{
    /// <summary>Computes the detections of each image of a batch.</summary>
    /// <param name="output">Outputs of the network for the batch.</param>
    /// <param name="anchors">Anchors for the padded size of the batch.</param>
    /// <param name="images">Size of each image of the batch before and after scaling.</param>
    /// <returns>The detections of each image by descending score.</returns>
    public IReadOnlyList<DetectedObject>[] Run(IHeadOutput output, AnchorGrid anchors, IReadOnlyList<ImageGeometry> images) =>
        [.. images.Select((image, n) => RunOne(output, anchors, image, n))];

    /// <summary>Scales the detections of a network that includes postprocessing to the original images.</summary>
    /// <param name="output">Detections of the batch.</param>
    /// <param name="images">Size of each image of the batch before and after scaling.</param>
    /// <returns>The detections of each image by descending score.</returns>
    public IReadOnlyList<DetectedObject>[] Run(IDetectionOutput output, IReadOnlyList<ImageGeometry> images) =>
    [
        .. images.Select((image, n) => output.Detections(n).Select(found =>
            new DetectedObject(found.Class, categories[found.Class], found.Score, image.ToSource(found.Box).Clip(image.SourceWidth, image.SourceHeight))).ToList()),
    ];

    private List<DetectedObject> RunOne(IHeadOutput output, AnchorGrid anchors, ImageGeometry image, int n)
    {
        var (boxes, scores, labels) = (new List<Box>(), new List<float>(), new List<int>());
        for (var level = 0; level < output.LevelCount; level++)
        {
            var outputs = output.BoxOutputs(level, n);
            var stride = 1 << anchors.Levels[level].Level;
            var levelAnchors = anchors.Boxes.Slice(anchors.Levels[level].Offset, anchors.Levels[level].Count);
            foreach (var (index, score) in SelectCandidates(output.Logits(level, n), outputs))
            {
                var (anchor, label) = Math.DivRem(index, categories.Count);
                var box = boxOutputs.Decode(levelAnchors[anchor], stride, outputs.Slice(anchor * boxOutputs.Count, boxOutputs.Count));
                boxes.Add(settings.Clipping == BoxClipping.BeforeSuppression ? box.Clip(image.Width, image.Height) : box);
                scores.Add(score);
                labels.Add(label);
            }
        }

        var kept = CandidateSuppression.Run(settings, CollectionsMarshal.AsSpan(boxes), CollectionsMarshal.AsSpan(scores), CollectionsMarshal.AsSpan(labels));
        var detections = new List<DetectedObject>(kept.Length);
        foreach (var (index, score, keptBox) in kept)
        {
            var box = image.ToSource(keptBox).Clip(image.SourceWidth, image.SourceHeight);
            if (settings.Clipping == BoxClipping.BeforeSuppression || (box.Width > 0 && box.Height > 0))
                detections.Add(new(labels[index], categories[labels[index]], score, box));
        }

        return detections;
    }

    /// <summary>Selects the candidates of an image at a pyramid level: index of the logit, and score.</summary>
    private IEnumerable<(int Index, float Score)> SelectCandidates(LogitSpan logits, ReadOnlySpan<float> outputs)
    {
        if (!boxOutputs.HasCenterness)
        {
            return Candidates.Select(logits, Logit(settings.ScoreThreshold), settings.MaxCandidates)
                .Select(candidate => (candidate.Index, 1 / (1 + MathF.Exp(-candidate.Logit))));
        }

        // The score is at most the square root of the class probability, because the center-ness is at most 1.
        var candidates = Candidates.Select(logits, Logit(settings.ScoreThreshold * settings.ScoreThreshold), int.MaxValue);
        var scored = new List<(int Index, float Score)>(candidates.Length);
        foreach (var (index, logit) in candidates)
        {
            var centerness = outputs[((index / categories.Count) + 1) * boxOutputs.Count - 1];
            var score = MathF.Sqrt(1 / (1 + MathF.Exp(-logit)) * (1 / (1 + MathF.Exp(-centerness))));
            if (score > settings.ScoreThreshold)
                scored.Add((index, score));
        }

        return scored.OrderByDescending(candidate => candidate.Score).Take(settings.MaxCandidates);
    }

    private static float Logit(double probability) => (float)Math.Log(probability / (1 - probability));
}
