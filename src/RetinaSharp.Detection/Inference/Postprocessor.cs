using System.Runtime.InteropServices;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Kernels;
using RetinaSharp.Losses;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Inference;

/// <summary>
/// From the network's outputs to detections: scores, threshold, the best candidates of each level, decoding, clipping, suppression
/// within each class, and back to the pixels of the original image. Stateless, so safe for concurrent callers.
/// </summary>
internal sealed class Postprocessor(InferenceSettings settings, IReadOnlyList<Category> categories)
{
    /// <summary>
    /// A level's outputs as <see cref="Run"/> reads them, on the CPU: fp32 deltas, and in the network's own type what a sigmoid makes the
    /// scores of: the logits, or those of the classes' softmax where the background has an output before theirs.
    /// </summary>
    public LevelOutput Prepare(LevelOutput output)
    {
        var logits = output.Logits.detach();
        if (logits.shape[2] != categories.Count)
            logits = logits.to(ScalarType.Float32).softmax(2).slice(2, 1, logits.shape[2], 1).contiguous().logit();
        return new(logits.to(CPU), output.Deltas.detach().to(ScalarType.Float32, CPU));
    }

    /// <summary>Makes the detections. Computes with no tensors, so that it disturbs no other thread's.</summary>
    /// <param name="outputs">Outputs of a batch, by level, from <see cref="Prepare"/>.</param>
    /// <param name="anchors">The anchors of the padded size.</param>
    /// <param name="images">Each image's size in the batch, and its original one.</param>
    public IReadOnlyList<DetectedObject>[] Run(LevelOutput[] outputs, AnchorGrid anchors, IReadOnlyList<ImageGeometry> images) =>
        [.. images.Select((image, n) => RunOne(outputs, anchors, image, n))];

    private (int Index, float Logit)[] Select(Tensor logits, int start, int count, float threshold) => logits.dtype == ScalarType.BFloat16
        ? Candidates.Select(logits.Elements<BFloat16>().Slice(start, count), threshold, settings.Candidates)
        : Candidates.Select(logits.Elements<float>().Slice(start, count), threshold, settings.Candidates);

    private List<DetectedObject> RunOne(LevelOutput[] levels, AnchorGrid anchors, ImageGeometry image, int n)
    {
        var (boxes, scores, labels) = (new List<Box>(), new List<float>(), new List<int>());
        var threshold = (float)Math.Log(settings.ScoreThreshold / (1 - settings.ScoreThreshold));
        for (var level = 0; level < levels.Length; level++)
        {
            var (count, classes) = ((int)levels[level].Logits.shape[1], (int)levels[level].Logits.shape[2]);
            var deltas = MemoryMarshal.Cast<float, BoxDelta>(levels[level].Deltas.Elements<float>()).Slice(n * count, count);
            var offset = anchors.Levels[level].Offset;
            foreach (var (index, logit) in Select(levels[level].Logits, n * count * classes, count * classes, threshold))
            {
                var anchor = index / classes;
                var box = BoxCoder.Decode(anchors.Boxes[offset + anchor], deltas[anchor]);
                boxes.Add(settings.Clipping == BoxClipping.BeforeSuppression ? box.Clip(image.Width, image.Height) : box);
                scores.Add(1 / (1 + MathF.Exp(-logit)));
                labels.Add(index % classes);
            }
        }

        var kept = NonMaximumSuppression.SuppressByClass(
            CollectionsMarshal.AsSpan(boxes), CollectionsMarshal.AsSpan(scores), CollectionsMarshal.AsSpan(labels), (float)settings.NmsIou, settings.MaxDetections);
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
