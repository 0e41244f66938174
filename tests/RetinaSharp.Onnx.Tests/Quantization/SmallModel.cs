using RetinaSharp.Onnx.Graphs;
using RetinaSharp.Onnx.Schema;
using static RetinaSharp.Onnx.Graphs.GraphBuilder;

namespace RetinaSharp.Onnx.Tests.Quantization;

/// <summary>The smallest graph that counts as a detector: a grouped convolution on the pixels, and one convolution per head.</summary>
internal static class SmallModel
{
    public const string Stem = "backbone.stem", Logits = "head.classification_head.cls_logits", Boxes = "head.regression_head.bbox_reg";

    public const int Channels = 6, Classes = 2, Values = 4;

    /// <summary>Creates the model with random weights.</summary>
    public static ModelProto Create(int seed)
    {
        var (random, graph) = (new Random(seed), new GraphBuilder("small"));
        var pixels = graph.Input("images", TensorType.Uint8, "", "batch", "height", "width", "3").To(TensorType.Float).Transpose(0, 3, 1, 2);
        var features = Convolution(Stem, pixels, 3, Channels, groups: 3).Relu();
        graph.Output("logits", Convolution(Logits, features, Channels, Classes).Transpose(0, 2, 3, 1).Reshape(0, -1, Classes), TensorType.Float, "", "batch", "anchors", "2");
        graph.Output("deltas", Convolution(Boxes, features, Channels, Values).Transpose(0, 2, 3, 1).Reshape(0, -1, Values), TensorType.Float, "", "batch", "anchors", "4");
        return new()
        {
            IrVersion = 8,
            Graph = graph.Graph,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 } },
            MetadataProps = { new StringStringEntryProto { Key = "outputs", Value = "raw" } },
        };

        Value Convolution(string name, Value input, int inputs, int outputs, int groups = 1)
        {
            var weight = graph.Weight($"{name}.weight", Draw(outputs * inputs / groups * 9, .3), outputs, inputs / groups, 3, 3);
            var bias = graph.Weight($"{name}.bias", Draw(outputs, 5), outputs);
            return graph.Call("Conv", [input, weight, bias], Attribute("kernel_shape", [3, 3]), Attribute("strides", [1, 1]), Attribute("pads", [1, 1, 1, 1]), Attribute("group", groups));
        }

        float[] Draw(int count, double range) => [.. Enumerable.Range(0, count).Select(_ => (float)(range * ((2 * random.NextDouble()) - 1)))];
    }
}
