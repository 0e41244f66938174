using RetinaSharp.Detection.Anchors;
using RetinaSharp.Onnx.Schema;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>
/// The anchors of one pyramid level, computed from their numbers: row by row, column by column, anchor by anchor of the cell, as in
/// <see cref="AnchorGrid"/>.
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

    /// <param name="graph">Where it is computed.</param>
    /// <param name="settings">The anchors.</param>
    /// <param name="level">The level: 3 for P3.</param>
    /// <param name="features">Its feature map, [N, C, rows, columns].</param>
    /// <param name="input">The padded images, [N, 3, H, W].</param>
    public AnchorLevelGraph(GraphBuilder graph, AnchorSettings settings, int level, Value features, Value input)
    {
        _graph = graph;
        _perCell = graph.Constant((long)settings.AnchorsPerCell);
        _columns = features.Sizes(3, 4);
        (_strideY, _strideX) = settings.Compatibility == AnchorCompatibility.Torchvision
            ? (input.Sizes(2, 3) / features.Sizes(2, 3), input.Sizes(3, 4) / _columns)
            : (graph.Constant(1L << level), graph.Constant(1L << level));
        var cell = CellAnchors.Create(settings, level);
        _low = graph.Constant([.. cell.SelectMany(anchor => new[] { anchor.X1, anchor.Y1 })], cell.Length, 2);
        _high = graph.Constant([.. cell.SelectMany(anchor => new[] { anchor.X2, anchor.Y2 })], cell.Length, 2);
    }

    /// <summary>Corners of anchors: [..., 2] both, x first.</summary>
    /// <param name="numbers">Their numbers within the level, [...].</param>
    public (Value Low, Value High) At(Value numbers)
    {
        var (cell, anchor) = (numbers / _perCell, numbers % _perCell);
        var (x, y) = (cell % _columns * _strideX, cell / _columns * _strideY);
        var origin = Value.Concat(-1, [x.Unsqueeze(-1), y.Unsqueeze(-1)]).To(TensorType.Float);
        return (origin + _low.Gather(anchor), origin + _high.Gather(anchor));
    }

    /// <summary>All anchors of the level: [anchors, 4].</summary>
    /// <param name="deltas">What was predicted for them, [N, anchors, 4].</param>
    public Value All(Value deltas)
    {
        var count = _graph.Call("Squeeze", [deltas.Sizes(1, 2)]);
        var (low, high) = At(_graph.Call("Range", [_graph.Constant(0L), count, _graph.Constant(1L)]));
        return Value.Concat(-1, [low, high]);
    }
}
