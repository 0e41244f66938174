using System.Text;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Onnx.Tests;

/// <summary>The backbone with the ImageNet weights beside ONNX Runtime on the file that they come from.</summary>
public class ImageNetWeightsTests
{
    private const int Side = 224;
    private const string LastFeatureMap = "ReLU393_Output_0";

    // The file's network takes BGR minus these means (B, G, R); the same colors as the mean that RetinaSharp subtracts, so that both inputs are equal.
    private static readonly float[] Mean = [.406f * 255, .456f * 255, .485f * 255];

    [Fact]
    public void Levels_ImageNetWeights_AreTheFeatureMapThatOnnxRuntimeComputes()
    {
        var pixels = new byte[Side * Side * 3];
        new Random(1).NextBytes(pixels);
        // Low frequencies too, as in photographs.
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)((pixels[i] / 4) + (190 * (i / (3 * Side)) / Side));

        var expected = RunOnnxRuntime(pixels);

        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var settings = Presets.Pretrained with { Weights = null };
        using var state = NetworkState.Create(RetinaNetArchitecture.Create(settings, 2));
        var transfer = WeightTransfer.Load(PretrainedWeights.ImageNet, state, [new(1, "a"), new(2, "b")]);
        Assert.Contains($"ResNet18.onnx: 110 of {state.Entries.Count()} taken", transfer.Summary);
        using var module = state.Architecture.Backbone.CreateModule(state, new(ScalarType.Float32));
        var features = module.call(Preprocessing.Normalize(pixels, Side, Side, [(Side, Side)], CPU, ScalarType.Float32))[^1];

        Assert.Equal([1, 512, 7, 7], features.shape);
        var actual = features.contiguous().Elements<float>().ToArray();
        var largest = expected.Max();
        Assert.True(largest > 1);
        var error = actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max();
        Assert.True(error < 1e-4 * largest, $"error {error}, largest {largest}");
    }

    private static float[] RunOnnxRuntime(byte[] pixels)
    {
        var planes = new float[3 * Side * Side];
        for (var i = 0; i < Side * Side; i++)
            for (var channel = 0; channel < 3; channel++)
                planes[(channel * Side * Side) + i] = pixels[(3 * i) + 2 - channel] - Mean[channel];
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(WithOutput(File.ReadAllBytes(PretrainedWeights.ImageNetFile), LastFeatureMap), options);
        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor(session.InputMetadata.Keys.Single(), new DenseTensor<float>(planes, [1, 3, Side, Side]))], [LastFeatureMap]);
        return [.. outputs.Single().AsTensor<float>()];
    }

    /// <summary>
    /// Declares a tensor as a further output of a model. A parser of Protocol Buffers merges a message that occurs twice, so the output is appended as a second
    /// <c>graph</c> (field 7) with an <c>output</c> (field 12) that has a <c>name</c> (field 1).
    /// </summary>
    private static byte[] WithOutput(byte[] model, string tensor)
    {
        var name = Field(1, Encoding.ASCII.GetBytes(tensor));
        return [.. model, .. Field(7, Field(12, name))];

        static byte[] Field(int number, byte[] contents) => [(byte)((number << 3) | 2), (byte)contents.Length, .. contents];
    }
}
