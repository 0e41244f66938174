using RetinaSharp.Boxes;
using RetinaSharp.Inference;
using RetinaSharp.Onnx.Schema;
using static RetinaSharp.Onnx.Graphs.GraphBuilder;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>
/// Adds the postprocessing to the graph, with the same steps as the library's own: top candidates per level, score threshold, box decoding,
/// clipping, class-wise NMS, top detections per image.
/// </summary>
internal sealed class DetectionsGraph(GraphBuilder graph, InferenceSettings settings, int classes, bool hasBackground)
{
    // Marks suppressed boxes; less than every score. AnyScore is between the two.
    private const float NoScore = -1;
    private const float AnyScore = -.5f;

    /// <summary>
    /// Computes the detections of all images, by image and descending score: boxes [D, 4], scores [D], labels [D] and image indices [D].
    /// </summary>
    /// <param name="images">The images, [N, H, W, 3].</param>
    /// <param name="logits">The logits per level, [N, anchors, outputs].</param>
    /// <param name="deltas">The box deltas per level, [N, anchors, 4].</param>
    /// <param name="anchors">The anchors per level.</param>
    public (Value Boxes, Value Scores, Value Labels, Value Image) Create(Value images, Value[] logits, Value[] deltas, AnchorLevelGraph[] anchors)
    {
        var levels = logits.Select((level, i) => Candidates(level, deltas[i], anchors[i])).ToArray();
        var (values, labels) = (Value.Concat(1, [.. levels.Select(level => level.Values)]), Value.Concat(1, [.. levels.Select(level => level.Labels)]));
        var boxes = Decode(
            Value.Concat(1, [.. levels.Select(level => level.Deltas)]), Value.Concat(1, [.. levels.Select(level => level.Low)]), Value.Concat(1, [.. levels.Select(level => level.High)]));
        if (settings.Clipping == BoxClipping.BeforeSuppression)
            boxes = Clip(images, boxes);
        var scores = Scores(values).Where(values.Greater(graph.Constant(Threshold)), graph.Constant(NoScore));
        var kept = Suppress(boxes, scores, labels);

        var limit = graph.Constant([settings.MaxDetections], 1).Min(kept.Sizes(1, 2));
        var (best, indices) = kept.TopK(limit);
        // [D, 2]: the image and the index among its top detections.
        var found = graph.Call("NonZero", [best.Greater(graph.Constant(AnyScore))]).Transpose(1, 0);
        var image = found.Gather(graph.Constant(0L), 1);
        var at = Value.Concat(1, [image.Unsqueeze(1), indices.GatherNd(found).Unsqueeze(1)]);
        var (foundBoxes, foundScores, foundLabels) = (boxes.GatherNd(at), best.GatherNd(found), labels.GatherNd(at));
        if (settings.Clipping == BoxClipping.BeforeSuppression)
            return (foundBoxes, foundScores, foundLabels, image);

        // Clipped after NMS, a box may have no area left.
        foundBoxes = Clip(images, foundBoxes);
        var corners = graph.Call("Split", 2, [foundBoxes, graph.Constant([2L, 2], 2)], Attribute("axis", 1L));
        var minSide = graph.Call("ReduceMin", [corners[1] - corners[0]], Attribute("axes", [1]), Attribute("keepdims", 0L));
        var whole = graph.Call("NonZero", [minSide.Greater(graph.Constant(0f))]).Reshape(-1);
        return (foundBoxes.Gather(whole), foundScores.Gather(whole), foundLabels.Gather(whole), image.Gather(whole));
    }

    /// <summary>The threshold in terms of the candidates' values, which are logits, or probabilities of a softmax.</summary>
    private float Threshold => (float)(hasBackground ? settings.ScoreThreshold : Math.Log(settings.ScoreThreshold / (1 - settings.ScoreThreshold)));

    /// <summary>
    /// Selects the top candidates of a level, including those below the threshold: values and labels [N, k], anchor corners [N, k, 2] and
    /// deltas [N, k, 4].
    /// </summary>
    private (Value Values, Value Labels, Value Low, Value High, Value Deltas) Candidates(Value logits, Value deltas, AnchorLevelGraph anchors)
    {
        // The background is the first output.
        var all = hasBackground ? graph.Call("Softmax", [logits], Attribute("axis", 2L)).SliceFrom(1, 2) : logits;
        var flat = all.Reshape(0, -1);
        var (values, indices) = flat.TopK(graph.Constant([settings.Candidates], 1).Min(flat.Sizes(1, 2)));
        var (anchorIndices, labels) = (indices / graph.Constant((long)classes), indices % graph.Constant((long)classes));
        var (low, high) = anchors.At(anchorIndices);
        return (values, labels, low, high, deltas.GatherNd(anchorIndices.Unsqueeze(2), 1));
    }

    /// <summary>Computes the sigmoid with the same operations as the library, so that ties after rounding are the same.</summary>
    private Value Scores(Value values) => hasBackground ? values : graph.Constant(1f) / ((-values).Exp() + graph.Constant(1f));

    private Value Decode(Value deltas, Value low, Value high)
    {
        var parts = graph.Call("Split", 2, [deltas, graph.Constant([2L, 2], 2)], Attribute("axis", 2L));
        var size = high - low;
        var center = (parts[0] * size) + (low + (graph.Constant(.5f) * size));
        var half = graph.Constant(.5f) * (parts[1].Min(graph.Constant(BoxCoder.MaxLogScale)).Exp() * size);
        return Value.Concat(2, [center - half, center + half]);
    }

    private Value Clip(Value images, Value boxes)
    {
        // Height and width to width, height, width, height.
        var limits = images.Sizes(1, 3).Gather(graph.Constant([1, 0, 1, 0], 4)).To(TensorType.Float);
        return boxes.Max(graph.Constant(0f)).Min(limits);
    }

    /// <summary>Runs NMS within each class.</summary>
    /// <returns>The scores of the kept candidates, [N, candidates]; <see cref="NoScore"/> for the others.</returns>
    private Value Suppress(Value boxes, Value scores, Value labels)
    {
        var classIndices = graph.Constant([.. Enumerable.Range(0, classes).Select(index => (long)index)], 1, classes, 1);
        var byClass = scores.Unsqueeze(1).Where(labels.Unsqueeze(1).Equal(classIndices), graph.Constant(NoScore));
        // [kept, 3]: image, class, candidate.
        var selected = graph.Call("NonMaxSuppression",
            [boxes, byClass, graph.Constant([settings.MaxDetections], 1), graph.Constant([(float)settings.NmsIou], 1), graph.Constant([AnyScore], 1)]);
        var at = selected.Gather(graph.Constant([0L, 2], 2), 1);
        return graph.Call("ScatterND", [scores.Min(graph.Constant(NoScore)), at, scores.GatherNd(at)]);
    }
}
