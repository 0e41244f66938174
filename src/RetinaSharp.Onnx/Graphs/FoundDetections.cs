using RetinaSharp.Onnx.Schema;
using static RetinaSharp.Onnx.Graphs.GraphBuilder;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>The D detections of all images of a batch, ordered by image, then by descending score.</summary>
/// <param name="Boxes">Boxes (x1, y1, x2, y2) in pixels, [D, 4].</param>
/// <param name="Scores">Scores, [D].</param>
/// <param name="Labels">Class indices, int64, [D].</param>
/// <param name="Image">Image indices, int64, [D].</param>
internal sealed record FoundDetections(Value Boxes, Value Scores, Value Labels, Value Image)
{
    private GraphBuilder Graph => Boxes.Graph;

    /// <summary>Adds nodes that give each image the same number of rows.</summary>
    /// <param name="images">Number of images N: int64, [1].</param>
    /// <param name="rows">Number of rows per image, at least the number of detections of any image.</param>
    /// <returns>x1, y1, x2, y2, score and class index of each detection, then zeros, [N, rows, 6]; and the number of detections of each image, int32, [N].</returns>
    public (Value Detections, Value Counts) Pad(Value images, int rows)
    {
        var (zero, one) = (Graph.Constant(0L), Graph.Constant(1L));
        var isOfImage = Image.Unsqueeze(0).Equal(Range(images).Unsqueeze(1)).To(TensorType.Int64);
        var counts = Graph.Call("ReduceSum", [isOfImage, Graph.Constant([1L], 1)], Attribute("keepdims", 0L));
        var first = Graph.Call("CumSum", [counts, zero], Attribute("exclusive", 1L));
        var row = Range(Scores.Sizes(0, 1)) - first.Gather(Image);
        var values = Value.Concat(1, [Boxes, Scores.Unsqueeze(1), Labels.To(TensorType.Float).Unsqueeze(1)]);
        var empty = Graph.Call("ConstantOfShape", [Value.Concat(0, [images, Graph.Constant([rows, 6L], 2)])]);
        return (Graph.Call("ScatterND", [empty, Value.Concat(1, [Image.Unsqueeze(1), row.Unsqueeze(1)]), values]), counts.To(TensorType.Int32));

        Value Range(Value count) => Graph.Call("Range", [zero, Graph.Call("Squeeze", [count]), one]);
    }
}
