using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Tests.Weights.Onnx;

public sealed class OnnxImportTests : IDisposable
{
    private const double Width = .125;

    private readonly SafetensorsFolder _folder = new();

    private string Out => _folder.At("weights.safetensors");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("resnet18", false)]
    [InlineData("resnet-1-2-1-3", true)]
    [InlineData("resnet-bottleneck-2-1-1-2", false)]
    [InlineData("wide_resnet50_2", false)]
    public void Import_ResNetUnderOtherNames_HasTorchvisionsNames(string name, bool raw)
    {
        var (network, weights) = Network(name);

        var result = WeightImport.Import(Save(Graph(network, weights, raw: raw)), Out);

        Assert.Equal($"{name} of width 0.125", result.Architecture);
        Assert.Empty(result.Unexpected);
        Assert.Null(result.Model);
        AssertEqual(weights, Read());
    }

    [Fact]
    public void Import_Bgr255_ReversesAndScalesTheStemOnly()
    {
        var (network, weights) = Network("resnet-1-1-1-1");

        WeightImport.Import(Save(Graph(network, weights)), Out, input: NetworkInput.Bgr255);

        var found = Read();
        var stem = weights["conv1.weight"];
        for (var i = 0; i < stem.Length; i++)
        {
            var (output, channel, pixel) = (i / 147, i / 49 % 3, i % 49);
            var deviation = new[] { .229, .224, .225 }[channel];
            Assert.Equal(stem[(output * 147) + ((2 - channel) * 49) + pixel] * 255 * deviation, found["conv1.weight"][i], 1e-4);
        }

        found["conv1.weight"] = stem;
        AssertEqual(weights, found);
    }

    [Fact]
    public void Import_NormFoldedIntoTheConvolution_IsANormThatAddsTheBias()
    {
        var (network, weights) = Network("resnet-1-1-1-1");

        WeightImport.Import(Save(Graph(network, weights, folded: true)), Out);

        var found = Read();
        Assert.Equal(weights["layer2.0.conv1.weight"], found["layer2.0.conv1.weight"]);
        Assert.Equal(weights["layer2.0.bn1.bias"], found["layer2.0.bn1.bias"]);
        Assert.All(found["layer2.0.bn1.weight"], scale => Assert.Equal(1, scale));
        Assert.All(found["layer2.0.bn1.running_mean"], mean => Assert.Equal(0, mean));
        Assert.All(found["layer2.0.bn1.running_var"], variance => Assert.Equal(1, variance + NormLayer.Epsilon, 1e-7));
    }

    [Fact]
    public void Import_NormWithAnotherEpsilonAndABiasBefore_GivesTheSameOutput()
    {
        var (network, weights) = Network("resnet-1-1-1-1");

        WeightImport.Import(Save(Graph(network, weights, epsilon: 2e-3f, bias: .25f)), Out);

        var found = Read();
        foreach (var norm in network.Layers().Select(layer => layer.Norm!.Name))
        {
            for (var channel = 0; channel < 2; channel++)
            {
                const double Product = .7;
                var expected = ((Product + .25 - weights[$"{norm}.running_mean"][channel]) / Math.Sqrt(weights[$"{norm}.running_var"][channel] + 2e-3) * weights[$"{norm}.weight"][channel]) + weights[$"{norm}.bias"][channel];
                var actual = ((Product - found[$"{norm}.running_mean"][channel]) / Math.Sqrt(found[$"{norm}.running_var"][channel] + 1e-5) * found[$"{norm}.weight"][channel]) + found[$"{norm}.bias"][channel];
                Assert.Equal(expected, actual, 1e-5);
            }
        }
    }

    [Fact]
    public void Load_OnnxFile_IsTheArchitectureOfARun() =>
        Assert.Equal([1, 2, 1, 1], InitialWeightsSettings.Load(Save(Graph(Network("resnet-1-2-1-1"))), Presets.Tiny).Model.Blocks);

    [Fact]
    public void Import_StrideInTheFirstConvolutionOfABottleneck_IsRefused() =>
        AssertRefused(Graph(Network("resnet-bottleneck-1-1-1-1"), swapStrides: true), "convolution 1 of the residual block layer2.0 has stride 2");

    [Fact]
    public void Import_OtherGraphs_AreRefused()
    {
        var only = new OnnxWriter();
        only.Node("Gemm", ["x", "y"]);
        AssertRefused(only.Model, "no convolution");
        var plain = new OnnxWriter();
        plain.Node("Conv", ["x", plain.Tensor([8, 3, 7, 7], new float[8 * 3 * 49]), plain.Tensor([8], new float[8])]);
        AssertRefused(plain.Model, "not followed by ReLU and max pooling");
        var stem = new OnnxWriter();
        stem.Node("MaxPool", [stem.Node("Relu", [stem.Node("Conv", ["x", stem.Tensor([8, 3, 7, 7], new float[8 * 3 * 49]), stem.Tensor([8], new float[8])])])]);
        AssertRefused(stem.Model, "residual blocks");
        AssertRefused([], "no ONNX graph");
        AssertRefused([0x3a, 0x7f], "would take 127 bytes");
        var missing = new OnnxWriter();
        missing.Node("Conv", ["x", "y"]);
        AssertRefused(missing.Model, "no weight in the file");
    }

    [Fact]
    public void Import_WeightsInAnotherFile_IsRefused()
    {
        var (network, weights) = Network("resnet-1-1-1-1");
        weights["layer3.0.conv1.weight"] = [];

        AssertRefused(Graph(network, weights), "save the model with its weights inside");
    }

    /// <summary>Whatever is cut off or overwritten, the file is read or refused; nothing else happens.</summary>
    [Fact]
    public void Import_CorruptFiles_AreReadOrRefused()
    {
        var whole = Graph(Network("resnet-1-1-1-1"));
        var random = new Random(1);
        for (var i = 0; i < 400; i++)
        {
            var bytes = whole[..(i % 2 == 0 ? whole.Length : random.Next(whole.Length))];
            for (var change = 0; change < 1 + (i % 4) && bytes.Length > 0; change++)
                bytes[random.Next(Math.Min(bytes.Length, i % 3 == 0 ? 300 : bytes.Length))] = (byte)random.Next(256);
            try
            {
                WeightImport.Import(Save(bytes), Out);
            }
            catch (WeightsException error)
            {
                Assert.Contains("model.onnx", error.Message);
            }
        }
    }

    private void AssertRefused(byte[] bytes, string reason) => Assert.Contains(reason, Assert.Throws<WeightsException>(() => WeightImport.Import(Save(bytes), Out)).Message);

    private static (ResNetArchitecture Network, Dictionary<string, float[]> Weights) Network(string name)
    {
        var network = ResNetArchitecture.Create(ResNetVariant.Parse(name), Width, NormKind.Batch);
        var random = new Random(7);
        return (network, network.Tensors().ToDictionary(layout => layout.Name, layout => Enumerable.Range(0, (int)layout.Count).Select(_ => random.NextSingle() + .5f).ToArray()));
    }

    private static byte[] Graph((ResNetArchitecture Network, Dictionary<string, float[]> Weights) of, bool swapStrides = false) => Graph(of.Network, of.Weights, swapStrides: swapStrides);

    /// <summary>The graph that computes a network. The last convolution is a classifier's, as some networks have.</summary>
    private static byte[] Graph(
        ResNetArchitecture network, Dictionary<string, float[]> weights, bool raw = false, bool folded = false, float? epsilon = null, float? bias = null, bool swapStrides = false)
    {
        var model = new OnnxWriter();
        var x = model.Node("MaxPool", [model.Node("Relu", [Convolution(network.Stem, "image")])], 2);
        foreach (var block in network.Stages.SelectMany(blocks => blocks))
        {
            var (input, convolutions) = (x, block.Convolutions);
            if (swapStrides && convolutions is [var one, var two, var three])
                convolutions = [one with { Stride = two.Stride }, two with { Stride = one.Stride }, three];
            // Some exporters write the projection first, some last.
            var projection = block.Downsample is { } first && first.Part % 2 == 0 ? Convolution(first, input) : null;
            foreach (var (i, layer) in convolutions.Index())
                x = i < convolutions.Count - 1 ? model.Node("Relu", [Convolution(layer, x)]) : Convolution(layer, x);
            projection ??= block.Downsample is { } last ? Convolution(last, input) : input;
            x = model.Node("Relu", [model.Node("Add", [x, projection])]);
        }

        model.Node("Flatten", [model.Node("Conv", [model.Node("GlobalAveragePool", [x]), model.Tensor([4, 2, 1, 1], new float[8])])]);
        return model.Model;

        string Convolution(ConvolutionLayer layer, string input)
        {
            var (weight, norm) = (Weight($"{layer.Name}.weight", [layer.Outputs, layer.Inputs / layer.Groups, layer.Kernel, layer.Kernel]), layer.Norm!.Name);
            if (folded)
                return model.Node("Conv", [input, weight, Vector("bias")], layer.Stride);
            string[] inputs = bias is null ? [input, weight] : [input, weight, model.Tensor([layer.Outputs], [.. Enumerable.Repeat(bias.Value, layer.Outputs)], raw)];
            return model.Node("BatchNormalization", [model.Node("Conv", inputs, layer.Stride), Vector("weight"), Vector("bias"), Vector("running_mean"), Vector("running_var")], epsilon: epsilon);

            string Vector(string part) => Weight($"{norm}.{part}", [layer.Outputs]);
        }

        string Weight(string name, long[] shape) => model.Tensor(shape, weights[name], raw);
    }

    private string Save(byte[] bytes)
    {
        File.WriteAllBytes(_folder.At("model.onnx"), bytes);
        return _folder.At("model.onnx");
    }

    private Dictionary<string, float[]> Read()
    {
        using var file = SafetensorsFile.Open(Out);
        return file.Entries.Keys.ToDictionary(name => name, file.ReadFp32);
    }

    private static void AssertEqual(Dictionary<string, float[]> expected, Dictionary<string, float[]> actual)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, values) in expected)
            Assert.Equal(values, actual[name]);
    }
}
