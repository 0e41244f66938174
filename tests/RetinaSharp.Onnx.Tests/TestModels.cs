using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Inference;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Onnx.Tests;

/// <summary>Untrained models with many detections in every image.</summary>
internal static class TestModels
{
    /// <summary>Together they cover every kind of layer, anchors, boxes and scores.</summary>
    public static IReadOnlyDictionary<string, RunSettings> All { get; } = new Dictionary<string, RunSettings>
    {
        ["group norms, softmax"] = Settings(
            new() { Depth = 18, Norm = NormKind.Group, PyramidChannels = 64, HeadNorm = true, HeadConvolutions = 2, Anchors = new() { MaxLevel = 5 } }, ClassificationLossKind.SoftmaxFocal),
        ["bottlenecks, torchvision's anchors"] = Settings(new()
        {
            Depth = 50,
            Norm = NormKind.Frozen,
            P6From = P6Source.P5,
            PyramidChannels = 40,
            HeadConvolutions = 1,
            Anchors = new() { Compatibility = AnchorCompatibility.Torchvision },
        }) with
        { Inference = new() { Clipping = BoxClipping.AfterSuppression } },
        ["points, center-ness"] = Settings(new ModelSettings { Depth = 18, Norm = NormKind.Batch, PyramidChannels = 40, HeadConvolutions = 1 }.WithPoints() with { Centerness = true }),
        ["distributions"] = Settings(new() { Depth = 18, Norm = NormKind.Batch, PyramidChannels = 40, HeadConvolutions = 1, BoxHead = BoxHeadKind.Distribution, MaxDistance = 7 }),
        // With a high prior: without the square root of center-ness, the few scores of one anchor per cell would be below the threshold.
        ["points, distributions"] = Settings(
            new ModelSettings { Depth = 18, Norm = NormKind.Batch, PyramidChannels = 40, HeadConvolutions = 1, Prior = .2 }.WithPoints() with
            {
                BoxHead = BoxHeadKind.Distribution,
                MaxDistance = 7,
            },
            ClassificationLossKind.QualityFocal),
        ["the preset pretrained"] = Narrow(Presets.Pretrained.Model),
        ["group norms in the heads, anchors, distributions"] = Narrow(Presets.Pretrained.Model.WithAnchors()),
        ["deltas, center-ness, softmax"] = Settings(new() { Depth = 18, Norm = NormKind.Batch, PyramidChannels = 40, HeadConvolutions = 1, Centerness = true }, ClassificationLossKind.SoftmaxFocal),
        ["grouped convolutions, path aggregation"] = Settings(
            new() { Depth = 50, Blocks = [1, 1, 1, 1], Groups = 8, GroupWidth = 4, Norm = NormKind.Batch, Neck = NeckKind.Pafpn, PyramidChannels = 40, HeadConvolutions = 1, Anchors = new() { MinLevel = 3, MaxLevel = 6, BaseSize = 4 } }),
        ["other levels, no towers"] = Settings(new() { Depth = 34, Norm = NormKind.Batch, PyramidChannels = 40, HeadConvolutions = 0, Anchors = new() { MinLevel = 2, MaxLevel = 6, BaseSize = 6, Ratios = [.4, 1.7] } }),
    };

    /// <summary>Writes a model file with random weights.</summary>
    public static void Write(string path, RunSettings settings)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        Category[] categories = [new(3, "cat"), new(7, "Dächse & \"Co\""), new(8, "dog")];
        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(settings, categories.Length), seed: 5);
        var random = new RandomStream(5, "norms");
        foreach (var (name, tensor) in state.Entries.Where(entry => entry.Tensor.Dimensions == 1 && !entry.Name.StartsWith("head.", StringComparison.Ordinal)))
            foreach (ref var element in tensor.Elements<float>())
                element = (float)(name.EndsWith("running_mean", StringComparison.Ordinal) || name.EndsWith("bias", StringComparison.Ordinal) ? random.NextDouble(-.2, .2) : random.NextDouble(.4, .9));

        // Widely distributed scores and boxes, some above the threshold, as those of a trained network.
        var noise = new float[3 * 128 * 128];
        foreach (ref var element in noise.AsSpan())
            element = (float)random.NextNormal();
        using var network = new RetinaNet(state);
        var levels = network.call(TensorMemory.Create<float>(noise, ScalarType.Float32, 1, 3, 128, 128).ChannelsLast());
        Spread(state, (HeadArchitecture)state.Architecture.ClassificationHead, levels[0].Logits, 1);
        Spread(state, (HeadArchitecture)state.Architecture.RegressionHead, levels[0].BoxOutputs, .3);
        ModelFile.Save(path, state.Entries, new() { Settings = settings with { Model = state.Architecture.Settings }, Categories = categories });
    }

    private static void Spread(NetworkState state, HeadArchitecture head, Tensor outputs, double deviation)
    {
        var last = head.Predictor;
        var (values, bias) = (outputs.Elements<float>().ToArray(), state[$"{last.Name}.bias"].Elements<float>().ToArray());
        var scale = (float)(deviation / Math.Sqrt(values.Select((value, i) => Math.Pow(value - bias[i % bias.Length], 2)).Average()));
        foreach (ref var weight in state[$"{last.Name}.weight"].Elements<float>())
            weight *= scale;
    }

    // Boxes of 16 strides would be as large as the images, and NMS would leave few; a norm over a level of two cells amplifies rounding.
    private static RunSettings Narrow(ModelSettings model) =>
        Settings(model with { PyramidChannels = 40, HeadConvolutions = 1, MaxDistance = 7, Anchors = model.Anchors with { MaxLevel = 5 } });

    private static RunSettings Settings(ModelSettings model, ClassificationLossKind loss = ClassificationLossKind.Focal) => new()
    {
        Model = model with { Width = .25 },
        Input = new(128, 160),
        Loss = new() { Classification = loss, Box = BoxLossKind.Giou },
    };
}
