using RetinaSharp.Annotations;
using RetinaSharp.Detection;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Settings;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Torch;
using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Onnx.Tests;

/// <summary>Models that nobody trained, which find much in every image.</summary>
internal static class TestModels
{
    /// <summary>Between them every kind of layer, anchors and scores.</summary>
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
        ["other levels, no towers"] = Settings(new() { Depth = 34, Norm = NormKind.Batch, PyramidChannels = 40, HeadConvolutions = 0, Anchors = new() { MinLevel = 2, MaxLevel = 6, BaseSize = 6, Ratios = [.4, 1.7] } }),
    };

    /// <summary>Writes one of the above.</summary>
    public static void Write(string path, RunSettings settings)
    {
        using var scope = new TensorScope();
        using var guard = Autograd.WithoutGradient();
        Category[] categories = [new(3, "cat"), new(7, "Dächse & \"Co\""), new(8, "dog")];
        using var network = new RetinaNet(settings.Model, categories.Length, settings.Loss.HasBackgroundOutput);
        WeightInitializer.Initialize(network, seed: 5);
        var random = new RandomStream(5, "norms");
        foreach (var (name, tensor) in network.State().Where(entry => entry.Tensor.Shape.Length == 1 && !entry.Name.StartsWith("head.", StringComparison.Ordinal)))
            foreach (ref var element in tensor.Data<float>())
                element = (float)(name.EndsWith("running_mean", StringComparison.Ordinal) || name.EndsWith("bias", StringComparison.Ordinal) ? random.NextDouble(-.2, .2) : random.NextDouble(.4, .9));
        network.Train(false);

        // Scores and boxes far apart, some of them above the threshold, as a trained network's.
        var noise = new float[3 * 128 * 128];
        foreach (ref var element in noise.AsSpan())
            element = (float)random.NextNormal();
        var levels = network.Forward(Tensor.From<float>(noise, Device.Cpu, 1, 3, 128, 128).ChannelsLast());
        Spread(network.ClassificationHead.Last, levels[0].Logits, 1);
        Spread(network.RegressionHead.Last, levels[0].Deltas, .3);
        ModelFile.Save(path, network.State(), new() { Settings = settings, Categories = categories });
    }

    private static void Spread(Conv2d last, Tensor outputs, double deviation)
    {
        var (values, bias) = (outputs.ToArray(), last.Bias!.Master.ToArray());
        var scale = (float)(deviation / Math.Sqrt(values.Select((value, i) => Math.Pow(value - bias[i % bias.Length], 2)).Average()));
        foreach (ref var weight in last.Weight.Master.Data<float>())
            weight *= scale;
    }

    private static RunSettings Settings(ModelSettings model, ClassificationLossKind loss = ClassificationLossKind.Focal) => new()
    {
        Model = model with { Width = .25 },
        Input = new(128, 160),
        Loss = new() { Classification = loss },
    };
}
