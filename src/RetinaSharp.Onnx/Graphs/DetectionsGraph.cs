using RetinaSharp.Boxes;
using RetinaSharp.Inference;
using RetinaSharp.Onnx.Schema;
using static RetinaSharp.Onnx.Graphs.GraphBuilder;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>
/// Adds postprocessing to a graph, with the same steps as the library's own inference: top candidates per level, score threshold, box decoding,
/// clipping, NMS within each class or over all classes if any, top detections per image, score voting if any.
/// </summary>
/// <param name="graph">The graph to add nodes to.</param>
/// <param name="settings">The postprocessing settings.</param>
/// <param name="classes">Number of classes, without background.</param>
/// <param name="hasBackground">Whether the first logit of an anchor is background and scores are a softmax; otherwise they are sigmoids.</param>
/// <param name="boxOutputs">Meaning of the regression head's outputs.</param>
/// <param name="hasFixedMaximum">Whether the maximum number of detections is a constant instead of an optional input.</param>
internal sealed class DetectionsGraph(GraphBuilder graph, InferenceSettings settings, int classes, bool hasBackground, BoxHeadOutputs boxOutputs, bool hasFixedMaximum)
{
    // NoScore marks suppressed candidates; it is below every score. Values above AnyScore, which is between NoScore and 0, are scores.
    private const float NoScore = -1;
    private const float AnyScore = -.5f;

    private readonly Value _scoreThreshold = graph.OptionalInput("score_threshold", "detections need a higher score, in [0, 1)", (float)settings.ScoreThreshold);
    private readonly Value _maxDetections = hasFixedMaximum ? graph.Constant([(long)settings.MaxDetections], 1)
        : graph.OptionalInput("max_detections", "maximum number of detections per image, at least 1", (long)settings.MaxDetections);
    private readonly Value? _nmsIou = settings.Suppression == SuppressionKind.None ? null
        : graph.OptionalInput("nms_iou", "of two boxes with a higher IoU, NMS drops the one with the lower score; in [0, 1]", (float)settings.NmsIouThreshold);

    /// <summary>Adds nodes that compute the detections of all images.</summary>
    /// <param name="images">The images before padding, [N, H, W, 3], to whose size boxes are clipped.</param>
    /// <param name="logits">The logits of each level, [N, anchors, outputs].</param>
    /// <param name="boxes">The outputs of the regression head of each level, [N, anchors, outputs].</param>
    /// <param name="anchors">The anchors of each level.</param>
    public FoundDetections Create(Value images, Value[] logits, Value[] boxes, AnchorLevelGraph[] anchors)
    {
        var levels = logits.Select((level, i) => Candidates(level, boxes[i], anchors[i])).ToArray();
        var (values, labels) = (Value.Concat(1, [.. levels.Select(level => level.Values)]), Value.Concat(1, [.. levels.Select(level => level.Labels)]));
        var decoded = Decode(
            Value.Concat(1, [.. levels.Select(level => level.Coded)]), Value.Concat(1, [.. levels.Select(level => level.Low)]), Value.Concat(1, [.. levels.Select(level => level.High)]));
        if (settings.Clipping == BoxClipping.BeforeSuppression)
            decoded = Clip(images, decoded);
        var scores = Scores(values).Where(values.Greater(Threshold), graph.Constant(NoScore));
        var kept = _nmsIou is null ? scores : Suppress(decoded, ByClass(scores, labels), scores, _nmsIou.Value);

        var limit = _maxDetections.Min(kept.Sizes(1, 2));
        var (best, indices) = kept.TopK(limit);
        // [D, 2]: index of the image, and index of the detection among the image's top detections.
        var found = graph.Call("NonZero", [best.Greater(graph.Constant(AnyScore))]).Transpose(1, 0);
        var image = found.Gather(graph.Constant(0L), 1);
        var at = Value.Concat(1, [image.Unsqueeze(1), indices.GatherNd(found).Unsqueeze(1)]);
        var (foundBoxes, foundScores, foundLabels) = (decoded.GatherNd(at), best.GatherNd(found), labels.GatherNd(at));
        if (settings.Suppression == SuppressionKind.Voting)
            foundBoxes = new ScoreVotingGraph(decoded, scores, labels).Refine(foundBoxes, foundLabels, image);
        if (settings.Clipping == BoxClipping.BeforeSuppression)
            return new(foundBoxes, foundScores, foundLabels, image);

        // A box that is clipped after NMS may have no area left; such boxes are dropped.
        foundBoxes = Clip(images, foundBoxes);
        var corners = graph.Call("Split", 2, [foundBoxes, graph.Constant([2L, 2], 2)], Attribute("axis", 1L));
        var size = corners[1] - corners[0];
        var minSide = size.Slice(0, 1, 1).Min(size.SliceFrom(1, 1)).Reshape(-1);
        var whole = graph.Call("NonZero", [minSide.Greater(graph.Constant(0f))]).Reshape(-1);
        return new(foundBoxes.Gather(whole), foundScores.Gather(whole), foundLabels.Gather(whole), image.Gather(whole));
    }

    // Logits have the order of the scores, so that only the scores of candidates need be computed. This does not hold for a softmax or center-ness.
    private bool ValuesAreScores => hasBackground || boxOutputs.HasCenterness;

    /// <summary>The score threshold, converted to the values of the candidates: scores or logits.</summary>
    private Value Threshold => ValuesAreScores ? _scoreThreshold : (_scoreThreshold / (graph.Constant(1f) - _scoreThreshold)).Log();

    /// <summary>
    /// Adds nodes that select the top k candidates of a level, including those below the score threshold. Returns their values and class indices, [N, k]
    /// each, the corners of their anchors, [N, k, 2] each, and their coded boxes, [N, k, 4]: deltas, or distances in pixels. Values are logits or scores.
    /// </summary>
    private (Value Values, Value Labels, Value Low, Value High, Value Coded) Candidates(Value logits, Value boxes, AnchorLevelGraph anchors)
    {
        var all = logits;
        if (hasBackground)
            all = graph.Call("Softmax", [logits], Attribute("axis", 2L)).SliceFrom(1, 2);
        if (boxOutputs.HasCenterness)
            all = graph.Call("Sqrt", [(hasBackground ? all : Sigmoid(all)) * Sigmoid(boxes.SliceFrom(boxOutputs.Coding.Outputs, 2))]);
        var flat = all.Reshape(0, -1);
        var (values, indices) = flat.TopK(graph.Constant([settings.MaxCandidates], 1).Min(flat.Sizes(1, 2)));
        var (anchorIndices, labels) = (indices / graph.Constant((long)classes), indices % graph.Constant((long)classes));
        var (low, high) = anchors.At(anchorIndices);
        return (values, labels, low, high, Coded(boxes.GatherNd(anchorIndices.Unsqueeze(2), 1), anchors.Stride));
    }

    /// <summary>Adds nodes that reduce the outputs of candidates to four numbers: deltas, or distances in pixels.</summary>
    private Value Coded(Value outputs, float stride) => boxOutputs.Coding switch
    {
        DistributionCoding { Sides: var distribution } => graph.Call("MatMul",
            [
                graph.Call("Softmax", [outputs.Slice(0, distribution.Length, 2).Reshape(0, 0, 4, distribution.MaxDistance + 1)], Attribute("axis", 3L)),
                graph.Constant([.. Enumerable.Range(0, distribution.MaxDistance + 1).Select(bin => bin * stride)], distribution.MaxDistance + 1, 1),
            ]).Reshape(0, 0, 4),
        var coding when coding == BoxCoding.Distance => outputs.Slice(0, coding.Outputs, 2).Relu() * graph.Constant(stride),
        var coding => boxOutputs.HasCenterness ? outputs.Slice(0, coding.Outputs, 2) : outputs,
    };

    /// <summary>
    /// Converts the candidates' values to scores. Uses the same operations as the library's own inference, so that the same scores are equal after rounding.
    /// </summary>
    private Value Scores(Value values) => ValuesAreScores ? values : Sigmoid(values);

    private Value Sigmoid(Value logits) => graph.Constant(1f) / ((-logits).Exp() + graph.Constant(1f));

    private Value Decode(Value coded, Value low, Value high)
    {
        var parts = graph.Call("Split", 2, [coded, graph.Constant([2L, 2], 2)], Attribute("axis", 2L));
        var size = high - low;
        var center = low + (graph.Constant(.5f) * size);
        if (boxOutputs.Coding != BoxCoding.Delta)
            return Value.Concat(2, [center - parts[0], center + parts[1]]);
        center = (parts[0] * size) + center;
        var half = graph.Constant(.5f) * (parts[1].Min(graph.Constant(BoxCoder.MaxLogScale)).Exp() * size);
        return Value.Concat(2, [center - half, center + half]);
    }

    private Value Clip(Value images, Value boxes)
    {
        // From (height, width) to (width, height, width, height).
        var limits = images.Sizes(1, 3).Gather(graph.Constant([1, 0, 1, 0], 4)).To(TensorType.Float);
        return boxes.Max(graph.Constant(0f)).Min(limits);
    }

    /// <summary>Returns the scores of the candidates in each class that NMS distinguishes, [N, classes, candidates]; <see cref="NoScore"/> in other classes.</summary>
    private Value ByClass(Value scores, Value labels)
    {
        if (settings.Suppression == SuppressionKind.ClassAgnostic)
            return scores.Unsqueeze(1);
        var classIndices = graph.Constant([.. Enumerable.Range(0, classes).Select(index => (long)index)], 1, classes, 1);
        return scores.Unsqueeze(1).Where(labels.Unsqueeze(1).Equal(classIndices), graph.Constant(NoScore));
    }

    /// <summary>Adds nodes that run NMS within each class of <paramref name="byClass"/>.</summary>
    /// <returns>The scores of the kept candidates, [N, candidates]; <see cref="NoScore"/> for the others.</returns>
    private Value Suppress(Value boxes, Value byClass, Value scores, Value nmsIou)
    {
        // [kept, 3]: indices of image, class and candidate.
        var selected = graph.Call("NonMaxSuppression",
            [boxes, byClass, _maxDetections, nmsIou, graph.Constant([AnyScore], 1)]);
        var at = selected.Gather(graph.Constant([0L, 2], 2), 1);
        return graph.Call("ScatterND", [scores.Min(graph.Constant(NoScore)), at, scores.GatherNd(at)]);
    }
}
