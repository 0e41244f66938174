using Microsoft.ML.OnnxRuntime;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>The outputs of the heads for one image, per pyramid level.</summary>
/// <param name="Anchors">Number of anchors of each level.</param>
/// <param name="Logits">Logits of each level, [anchors · outputs].</param>
/// <param name="Boxes">Outputs of the regression head of each level, [anchors · outputs].</param>
internal sealed record HeadOutputs(IReadOnlyList<int> Anchors, IReadOnlyList<float[]> Logits, IReadOnlyList<float[]> Boxes)
{
    /// <summary>Returns the names of the tensors that <see cref="Read"/> takes.</summary>
    public static IReadOnlyList<string> Names(QuantizableGraph graph) => [.. graph.Logits, .. graph.Boxes];

    /// <summary>Copies the outputs of a session.</summary>
    /// <param name="graph">The graph of the model.</param>
    /// <param name="outputs">The tensors of <see cref="Names"/>.</param>
    /// <exception cref="OnnxModelException">An output is not finite, or has another shape than in exported models.</exception>
    public static HeadOutputs Read(QuantizableGraph graph, IEnumerable<OrtValue> outputs)
    {
        var (anchors, values) = (new List<int>(), new List<float[]>());
        foreach (var (name, output) in Names(graph).Zip(outputs))
        {
            values.Add(output.GetTensorDataAsSpan<float>().ToArray());
            anchors.Add(output.GetTensorTypeAndShape().Shape is [1, > 0 and var count, > 0] ? (int)count : 0);
            if (values[^1].AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
                throw new OnnxModelException(graph.File, $"the network's output {name} is not finite for a calibration image; train the model again, with a lower learning rate");
        }

        var levels = graph.Logits.Count;
        if (anchors.Contains(0) || !anchors.Take(levels).SequenceEqual(anchors.Skip(levels)) || values.Skip(levels).Select((value, i) => value.Length / anchors[i]).Distinct().Count() != 1)
            throw new OnnxModelException(graph.File, "its heads do not have the same anchors; export the model again");
        return new(anchors[..levels], values[..levels], values[levels..]);
    }
}
