using System.Runtime.InteropServices;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

namespace RetinaSharp.Inference.Postprocessing;

/// <summary>
/// Computes detections from a network's outputs: score threshold, top candidates of each pyramid level, box decoding, clipping, NMS within
/// each class, and scaling to pixels of the original image. Stateless and thread-safe.
/// </summary>
/// <param name="settings">Thresholds and limits.</param>
/// <param name="categories">The categories, in the order of the logits.</param>
internal sealed class Postprocessor(InferenceSettings settings, IReadOnlyList<Category> categories)
{
    /// <summary>Computes the detections of each image of a batch.</summary>
    /// <param name="output">Outputs of the network for the batch.</param>
    /// <param name="anchors">Anchors for the padded size of the batch.</param>
    /// <param name="images">Size of each image of the batch before and after scaling.</param>
    /// <returns>The detections of each image by descending score.</returns>
    public IReadOnlyList<DetectedObject>[] Run(IInferenceOutput output, AnchorGrid anchors, IReadOnlyList<ImageGeometry> images) =>
        [.. images.Select((image, n) => RunOne(output, anchors, image, n))];

    private List<DetectedObject> RunOne(IInferenceOutput output, AnchorGrid anchors, ImageGeometry image, int n)
    {
        var (boxes, scores, labels) = (new List<Box>(), new List<float>(), new List<int>());
        var threshold = (float)Math.Log(settings.ScoreThreshold / (1 - settings.ScoreThreshold));
        for (var level = 0; level < output.LevelCount; level++)
        {
            var deltas = output.Deltas(level, n);
            var levelAnchors = anchors.Boxes.Slice(anchors.Levels[level].Offset, anchors.Levels[level].Count);
            foreach (var (index, logit) in Candidates.Select(output.Logits(level, n), threshold, settings.MaxCandidates))
            {
                var (anchor, label) = Math.DivRem(index, categories.Count);
                var box = BoxCoder.Decode(levelAnchors[anchor], deltas[anchor]);
                boxes.Add(settings.Clipping == BoxClipping.BeforeSuppression ? box.Clip(image.Width, image.Height) : box);
                scores.Add(1 / (1 + MathF.Exp(-logit)));
                labels.Add(label);
            }
        }

        var kept = NonMaximumSuppression.SuppressByClass(
            CollectionsMarshal.AsSpan(boxes), CollectionsMarshal.AsSpan(scores), CollectionsMarshal.AsSpan(labels), (float)settings.NmsIouThreshold, settings.MaxDetections);
        var detections = new List<DetectedObject>(kept.Length);
        foreach (var index in kept)
        {
            var box = image.ToSource(boxes[index]).Clip(image.SourceWidth, image.SourceHeight);
            if (settings.Clipping == BoxClipping.BeforeSuppression || (box.Width > 0 && box.Height > 0))
                detections.Add(new(labels[index], categories[labels[index]], scores[index], box));
        }

        return detections;
    }
}
