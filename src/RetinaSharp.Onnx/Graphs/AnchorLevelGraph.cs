using RetinaSharp.Boxes;
using RetinaSharp.Onnx.Schema;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>
/// Adds nodes to a graph that compute anchors of one pyramid level from the anchors' indices. The anchors are ordered as in
/// <see cref="AnchorGrid"/>: by row, then column, then anchor within the cell.
/// </summary>
internal sealed class AnchorLevelGraph
{
    private readonly GraphBuilder _graph;
    private readonly Value _perCell;
    private readonly Value _columns;
    private readonly Value _strideX;
    private readonly Value _strideY;
    private readonly Value _low;
    private readonly Value _high;

    /// <param name="graph">The graph to add nodes to.</param>
    /// <param name="settings">The anchor settings.</param>
    /// <param name="level">The pyramid level: 3 for P3.</param>
    /// <param name="features">The feature map of the level, [N, C, rows, columns].</param>
    /// <param name="input">The padded images, [N, 3, H, W].</param>
    public AnchorLevelGraph(GraphBuilder graph, AnchorSettings settings, int level, Value features, Value input)
    {
        _graph = graph;
        Stride = 1 << level;
        _perCell = graph.Constant((long)settings.AnchorsPerCell);
        _columns = features.Sizes(3, 4);
        (_strideY, _strideX) = settings.Compatibility == AnchorCompatibility.Torchvision
            ? (input.Sizes(2, 3) / features.Sizes(2, 3), input.Sizes(3, 4) / _columns)
            : (graph.Constant(1L << level), graph.Constant(1L << level));
        var cell = CellAnchors.Create(settings, level);
        _low = graph.Constant([.. cell.SelectMany(anchor => new[] { anchor.X1, anchor.Y1 })], cell.Length, 2);
        _high = graph.Constant([.. cell.SelectMany(anchor => new[] { anchor.X2, anchor.Y2 })], cell.Length, 2);
    }

    /// <summary>Stride of the level, in pixels: the unit of distances.</summary>
    public float Stride { get; }

    /// <summary>Adds nodes that compute the corners of anchors: (x1, y1) and (x2, y2), [..., 2] each, in pixels.</summary>
    /// <param name="indices">Indices of the anchors within the level, [...].</param>
    public (Value Low, Value High) At(Value indices)
    {
        var (cell, anchor) = (indices / _perCell, indices % _perCell);
        var (x, y) = (cell % _columns * _strideX, cell / _columns * _strideY);
        var origin = Value.Concat(-1, [x.Unsqueeze(-1), y.Unsqueeze(-1)]).To(TensorType.Float);
        return (origin + _low.Gather(anchor), origin + _high.Gather(anchor));
    }

    /// <summary>Adds nodes that compute all anchors of the level: (x1, y1, x2, y2) in pixels, [anchors, 4].</summary>
    /// <param name="outputs">The outputs of a head for the level, [N, anchors, outputs], whose shape gives the number of anchors.</param>
    public Value All(Value outputs)
    {
        var count = _graph.Call("Squeeze", [outputs.Sizes(1, 2)]);
        var (low, high) = At(_graph.Call("Range", [_graph.Constant(0L), count, _graph.Constant(1L)]));
        return Value.Concat(-1, [low, high]);
    }
}
