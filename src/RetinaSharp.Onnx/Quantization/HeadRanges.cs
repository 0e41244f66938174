namespace RetinaSharp.Onnx.Quantization;

/// <summary>
/// Ranges of the heads' outputs. All pyramid levels share them, so that an object that no calibration image shows at a level does not exceed them.
/// </summary>
internal static class HeadRanges
{
    /// <summary>Returns the ranges of a calibration with those of the heads' outputs replaced.</summary>
    /// <param name="graph">The graph of the model.</param>
    /// <param name="calibration">The calibration.</param>
    /// <param name="floor">The floor of the logits, which is the lower end of their range; null: none.</param>
    public static IReadOnlyDictionary<string, TensorRange[]> Apply(QuantizableGraph graph, Calibration calibration, float? floor)
    {
        var ranges = new Dictionary<string, TensorRange[]>(calibration.Ranges);
        var logits = graph.Predictors.Where(QuantizableGraph.IsClassification).Aggregate(TensorRange.Empty, (all, convolution) => all.Include(TensorRange.Union(ranges[convolution.Output])));
        if (floor is { } low)
            logits = new(Math.Max(logits.Low, low), Math.Max(logits.High, low));
        foreach (var convolution in graph.Predictors)
            // Channel a · outputs + i is output i of anchor a of the cell.
            ranges[convolution.Output] = QuantizableGraph.IsClassification(convolution) ? [logits]
                : [.. Enumerable.Range(0, ranges[convolution.Output].Length).Select(channel => calibration.Boxes[channel % calibration.Boxes.Count])];
        return ranges;
    }
}
