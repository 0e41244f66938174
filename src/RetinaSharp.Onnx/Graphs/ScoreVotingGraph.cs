using RetinaSharp.Boxes;
using static RetinaSharp.Onnx.Graphs.GraphBuilder;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>Adds score voting to a graph, with the formula of <see cref="ScoreVoting"/>.</summary>
/// <param name="boxes">Boxes of all candidates, [N, K, 4].</param>
/// <param name="scores">Their scores, [N, K]; not above 0 for candidates that do not vote.</param>
/// <param name="labels">Their class indices, [N, K].</param>
internal sealed class ScoreVotingGraph(Value boxes, Value scores, Value labels)
{
    private GraphBuilder Graph => boxes.Graph;

    /// <summary>Adds nodes that compute the means of detections. Memory grows with D × K.</summary>
    /// <param name="kept">Boxes that NMS kept, [D, 4].</param>
    /// <param name="keptLabels">Their class indices, [D].</param>
    /// <param name="image">Their image indices, [D].</param>
    /// <returns>The mean boxes, [D, 4].</returns>
    public Value Refine(Value kept, Value keptLabels, Value image)
    {
        var (voters, weights) = (boxes.Gather(image), scores.Gather(image));
        var (iou, overlaps) = Iou(kept.Unsqueeze(1), voters);
        var distance = Graph.Constant(1f) - iou;
        weights *= (distance * distance * Graph.Constant(-1 / ScoreVoting.DefaultSigma)).Exp();
        var zero = Graph.Constant(0f);
        weights = weights.Where(overlaps, zero).Where(labels.Gather(image).Equal(keptLabels.Unsqueeze(1)), zero).Max(zero);
        // [D, 1, K] × [D, K, 4].
        var sums = Graph.Call("MatMul", [weights.Unsqueeze(1), voters]).Reshape(-1, 4);
        var total = Graph.Call("ReduceSum", [weights, Graph.Constant([1L], 1)], Attribute("keepdims", 1L));
        return (sums / total).Where(total.Greater(zero), kept);
    }

    /// <summary>Returns the IoU of boxes [D, 1, 4] with boxes [D, K, 4], and whether they overlap, [D, K] each. The IoU is not defined where they do not.</summary>
    private (Value Iou, Value Overlaps) Iou(Value ones, Value manies)
    {
        var ((low, high), (lows, highs)) = (Corners(ones), Corners(manies));
        var intersection = Area((high.Min(highs) - low.Max(lows)).Relu());
        return (intersection / (Area(high - low) + Area(highs - lows) - intersection), intersection.Greater(Graph.Constant(0f)));
    }

    private (Value Low, Value High) Corners(Value of)
    {
        var corners = Graph.Call("Split", 2, [of, Graph.Constant([2L, 2], 2)], Attribute("axis", 2L));
        return (corners[0], corners[1]);
    }

    /// <summary>Returns the products of widths and heights, [D, n] of [D, n, 2].</summary>
    private Value Area(Value sides) => (sides.Slice(0, 1, 2) * sides.SliceFrom(1, 2)).Reshape(0, -1);
}
