using Google.Protobuf;
using RetinaSharp.Onnx.Quantization;
using RetinaSharp.Onnx.Schema;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Onnx.Tests.Quantization;

public class QuantizableGraphTests
{
    [Fact]
    public void Create_SmallModel_FindsLayersAndHeads()
    {
        var graph = QuantizableGraph.Create("small.onnx", SmallModel.Create(1));

        Assert.Equal([SmallModel.Stem, SmallModel.Logits, SmallModel.Boxes], graph.Layers);
        Assert.Single(graph.Logits);
        Assert.Single(graph.Boxes);
        Assert.Equal(2, graph.Predictors.Count);
        Assert.StartsWith("Relu", graph.Convolutions[0].Output);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Create_WeightNotFinite_ThrowsWithTheWeight(float value)
    {
        var model = SmallModel.Create(1);
        var weight = model.Graph.Initializer.Single(initializer => initializer.Name == $"{SmallModel.Boxes}.weight");
        var bytes = weight.RawData.ToByteArray();
        BitConverter.TryWriteBytes(bytes.AsSpan(8), value);
        weight.RawData = ByteString.CopyFrom(bytes);

        Assert.Contains($"{SmallModel.Boxes}.weight has values that are not finite", Assert.Throws<OnnxModelException>(() => QuantizableGraph.Create("small.onnx", model)).Message);
    }

    [Fact]
    public void Create_ForeignOrCorrupt_Throws()
    {
        Action<ModelProto>[] changes =
        [
            model => model.Graph = null,
            model => model.MetadataProps.Clear(),
            model => model.Graph.Input.Clear(),
            model => model.Graph.Input[0].Type.TensorType.Shape = null,
            model => model.Graph.Input[0].Type = null,
            model => model.Graph.Initializer.Clear(),
            model => model.Graph.Initializer.First(initializer => initializer.Name == $"{SmallModel.Stem}.weight").RawData = ByteString.Empty,
            model => model.Graph.Initializer.First(initializer => initializer.Name == $"{SmallModel.Stem}.weight").Dims[0] = long.MaxValue,
            model => model.Graph.Initializer.First(initializer => initializer.Name == $"{SmallModel.Stem}.weight").Dims[0] = -1,
            model => model.Graph.Initializer.First(initializer => initializer.Name == $"{SmallModel.Stem}.bias").DataType = TensorType.Int64,
            model => model.Graph.Node.First(node => node.OpType == "Conv").Input.RemoveAt(2),
            model => model.Graph.Node.First(node => node.OpType == "Conv").Output.Clear(),
            model => model.Graph.Node.Remove(model.Graph.Node.First(node => node.OpType == "Reshape")),
        ];

        Assert.All(changes, change =>
        {
            var model = SmallModel.Create(1);
            change(model);
            Assert.Contains("was not exported by RetinaSharp, or is corrupt", Assert.Throws<OnnxModelException>(() => QuantizableGraph.Create("small.onnx", model)).Message);
        });
    }
}
