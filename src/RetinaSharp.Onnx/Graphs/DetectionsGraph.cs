using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Onnx.Schema;
using static RetinaSharp.Onnx.Graphs.GraphBuilder;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>
/// From the network's outputs to detections, step by step what the library's own postprocessing does: the best candidates of each
/// level, threshold, decoding, clipping, suppression within each class, the best of each image.
/// </summary>
internal sealed class DetectionsGraph(GraphBuilder graph, InferenceSettings settings, int classes, bool hasBackground)
{
    // What has no score stays below every score, and this between.
    private const float NoScore = -1;
    private const float AnyScore = -.5f;

    /// <summary>The detections of all images, image by image, by falling score: [D, 4], [D], [D], [D].</summary>
    /// <param name="images">The images, [N, H, W, 3].</param>
    /// <param name="logits">By level, [N, anchors, outputs].</param>
    /// <param name="deltas">By level, [N, anchors, 4].</param>
    /// <param name="anchors">By level.</param>
    public (Value Boxes, Value Scores, Value Labels, Value Image) Of(Value images, Value[] logits, Value[] deltas, AnchorLevelGraph[] anchors)
    {
        var levels = logits.Select((level, i) => Candidates(level, deltas[i], anchors[i])).ToArray();
        var (values, labels) = (Value.Concat(1, [.. levels.Select(level => level.Values)]), Value.Concat(1, [.. levels.Select(level => level.Labels)]));
        var boxes = Decode(
            Value.Concat(1, [.. levels.Select(level => level.Deltas)]), Value.Concat(1, [.. levels.Select(level => level.Low)]), Value.Concat(1, [.. levels.Select(level => level.High)]));
        if (settings.Clipping == BoxClipping.BeforeSuppression)
            boxes = Clip(images, boxes);
        var scores = Scores(values).Where(values.IsAbove(graph.Constant(Threshold)), graph.Constant(NoScore));
        var kept = Suppress(boxes, scores, labels);

        var limit = graph.Constant([settings.MaxDetections], 1).Min(kept.Sizes(1, 2));
        var (best, places) = kept.TopK(limit);
        // [D, 2]: image, and place among its best.
        var found = graph.Call("NonZero", [best.IsAbove(graph.Constant(AnyScore))]).Transpose(1, 0);
        var image = found.Gather(graph.Constant(0L), 1);
        var at = Value.Concat(1, [image.Unsqueeze(1), places.GatherPlaces(found).Unsqueeze(1)]);
        var (foundBoxes, foundScores, foundLabels) = (boxes.GatherPlaces(at), best.GatherPlaces(found), labels.GatherPlaces(at));
        if (settings.Clipping == BoxClipping.BeforeSuppression)
            return (foundBoxes, foundScores, foundLabels, image);

        // Cut off only now, a box may have nothing left.
        foundBoxes = Clip(images, foundBoxes);
        var corners = graph.Call("Split", 2, [foundBoxes, graph.Constant([2L, 2], 2)], Attribute("axis", 1L));
        var least = graph.Call("ReduceMin", [corners[1] - corners[0]], Attribute("axes", [1]), Attribute("keepdims", 0L));
        var whole = graph.Call("NonZero", [least.IsAbove(graph.Constant(0f))]).Reshape(-1);
        return (foundBoxes.Gather(whole), foundScores.Gather(whole), foundLabels.Gather(whole), image.Gather(whole));
    }

    /// <summary>The threshold of what the candidates are chosen by: logits, or the probabilities of a softmax.</summary>
    private float Threshold => (float)(hasBackground ? settings.ScoreThreshold : Math.Log(settings.ScoreThreshold / (1 - settings.ScoreThreshold)));

    /// <summary>The best of a level, also those below the threshold: [N, k], and their corners and deltas [N, k, 2], [N, k, 2], [N, k, 4].</summary>
    private (Value Values, Value Labels, Value Low, Value High, Value Deltas) Candidates(Value logits, Value deltas, AnchorLevelGraph anchors)
    {
        // The background is the first output.
        var all = hasBackground ? graph.Call("Softmax", [logits], Attribute("axis", 2L)).From(1, 2) : logits;
        var flat = all.Reshape(0, -1);
        var (values, places) = flat.TopK(graph.Constant([settings.Candidates], 1).Min(flat.Sizes(1, 2)));
        var (numbers, labels) = (places / graph.Constant((long)classes), places % graph.Constant((long)classes));
        var (low, high) = anchors.At(numbers);
        return (values, labels, low, high, deltas.GatherPlaces(numbers.Unsqueeze(2), 1));
    }

    /// <summary>A sigmoid in the arithmetic of the library, so that what is rounded to equal scores is the same.</summary>
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

    /// <summary>Suppression among the candidates of each class.</summary>
    /// <returns>[N, candidates]: the score of those that are kept, and <see cref="NoScore"/>.</returns>
    private Value Suppress(Value boxes, Value scores, Value labels)
    {
        var numbers = graph.Constant([.. Enumerable.Range(0, classes).Select(number => (long)number)], 1, classes, 1);
        var byClass = scores.Unsqueeze(1).Where(labels.Unsqueeze(1).IsEqualTo(numbers), graph.Constant(NoScore));
        // [kept, 3]: image, class, candidate.
        var selected = graph.Call("NonMaxSuppression",
            [boxes, byClass, graph.Constant([settings.MaxDetections], 1), graph.Constant([(float)settings.NmsIou], 1), graph.Constant([AnyScore], 1)]);
        var at = selected.Gather(graph.Constant([0L, 2], 2), 1);
        return graph.Call("ScatterND", [scores.Min(graph.Constant(NoScore)), at, scores.GatherPlaces(at)]);
    }
}
