using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>The outputs of the heads for one image, per pyramid level.</summary>
/// <param name="Anchors">Number of anchors of each level.</param>
/// <param name="Logits">Logits of each level, [anchors · outputs].</param>
/// <param name="Boxes">Outputs of the regression head of each level, [anchors · outputs].</param>
internal sealed record HeadOutputs(IReadOnlyList<int> Anchors, IReadOnlyList<float[]> Logits, IReadOnlyList<float[]> Boxes)
{
    /// <summary>Runs a model that has the outputs of the heads as outputs.</summary>
    /// <exception cref="OnnxModelException">ONNX Runtime cannot run the model, or an output is not finite.</exception>
    public static HeadOutputs Compute(ModelSession session, QuantizableGraph graph, InputImage image)
    {
        string[] names = [.. graph.Logits, .. graph.Boxes];
        var (anchors, values) = (new int[names.Length], new float[names.Length][]);
        session.Run(image, names, (i, output) =>
        {
            values[i] = output.GetTensorDataAsSpan<float>().ToArray();
            if (values[i].AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
                throw new OnnxModelException(graph.File, $"the network's output {names[i]} is not finite for a calibration image; train the model again, with a lower learning rate");
            anchors[i] = output.GetTensorTypeAndShape().Shape is [1, var count, _] ? (int)count : -1;
        });
        var levels = graph.Logits.Count;
        if (anchors.Contains(-1) || !anchors.AsSpan(0, levels).SequenceEqual(anchors.AsSpan(levels)))
            throw new OnnxModelException(graph.File, "its heads do not have the same anchors; export the model again");
        return new(anchors[..levels], values[..levels], values[levels..]);
    }
}
