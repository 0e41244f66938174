using RetinaSharp.Annotations;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Settings;
using RetinaSharp.Detection.Tests.Golden;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Tests.Weights.PyTorch;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Torch;
using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Detection.Tests.Weights;

[Collection(TorchCollection.Name)]
public sealed class WeightImportTests : IDisposable
{
    private const string ClassLayer = "head.classification_head.cls_logits.weight";

    // torchvision's first RetinaNet, but thin.
    private static readonly ModelSettings Thin = new()
    {
        Depth = 18,
        Width = .125,
        PyramidChannels = 16,
        P6From = P6Source.P5,
        Anchors = new() { Compatibility = AnchorCompatibility.Torchvision },
    };

    private readonly PyTorchFolder _folder = new();

    private string Out => _folder.At("model.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_FirstRetinaNetUnderNamesOfBefore013_DetectsAsTorchvision()
    {
        // As a training on several devices saves it, with the names that torchvision had.
        using var network = TorchvisionParityTests.Network("v1");
        var file = _folder.Save("v1.pth", State(network).Select(weight => ("module." + Old(weight.Name), weight.Shape, weight.Values)), under: "model");

        var result = WeightImport.Run(file, Out);

        Assert.Empty(result.Unexpected);
        Assert.Equal(State(network).Count, result.Kept);
        AssertDetectsAsTorchvision("v1");
        var settings = Detector.Describe(Out).Settings;
        Assert.Equal((18, 1.0, NormKind.Frozen, 32, P6Source.P5, 4, false), Architecture(settings.Model));
        Assert.Equal(AnchorCompatibility.Torchvision, settings.Model.Anchors.Compatibility);
        Assert.Equal(new InputSize(800, 1333), settings.Input);
        Assert.Equal(new InferenceSettings { ScoreThreshold = .05, Candidates = 1000, NmsIou = .5, MaxDetections = 300 }, settings.Inference);
        Assert.Equal(BoxLossKind.L1, settings.Loss.Box);
        Assert.Equal("torchvision", Compatibility.Of(settings));
    }

    [Fact]
    public void Run_SecondRetinaNetInSafetensorsOfOthers_DetectsAsTorchvision()
    {
        using var network = TorchvisionParityTests.Network("v2");
        var entries = network.State().Select(entry => SafetensorsTensors.Entry(entry.Name, entry.Tensor)).ToList();
        entries.Add(new("backbone.body.bn1.num_batches_tracked", SafetensorsType.I64, [], new byte[8]));
        var file = _folder.At("v2.safetensors");
        SafetensorsWriter.Write(file, entries, new Dictionary<string, string>(), checksum: false);

        Assert.Empty(WeightImport.Run(file, Out).Unexpected);

        AssertDetectsAsTorchvision("v2");
        var settings = Detector.Describe(Out).Settings;
        Assert.Equal((18, 1.0, NormKind.Batch, 256, P6Source.C5, 4, true), Architecture(settings.Model));
        Assert.Equal(BoxLossKind.Giou, settings.Loss.Box);
        Assert.Equal("torchvision", Compatibility.Of(settings));
    }

    [Theory]
    [InlineData(18)]
    [InlineData(34)]
    [InlineData(50)]
    [InlineData(101)]
    [InlineData(152)]
    public void Run_ResNet_IsAStartForTraining(int depth)
    {
        using var body = new ResNet(depth, .125, NormKind.Batch);
        var state = State(body);
        var file = _folder.Save("resnet.pth", [.. state, ("fc.weight", [2, 3], new float[6]), ("fc.bias", [2], new float[2])]);

        var result = WeightImport.Run(file, Out);

        Assert.Null(result.Model);
        Assert.Equal($"ResNet-{depth} of width 0.125", result.Architecture);
        Assert.Equal(["fc.weight", "fc.bias"], result.Unexpected);
        using var network = new RetinaNet(Thin with { Depth = depth, Norm = NormKind.Frozen }, 2);
        foreach (var source in new[] { Out, file })
        {
            WeightInitializer.Initialize(network, 1);
            Assert.True(WeightTransfer.Run(source, network, [new(1, "a"), new(2, "b")]).HasBackbone);
            var taken = State(network).ToDictionary(weight => weight.Name, weight => weight.Values);
            Assert.All(state, weight => Assert.Equal(weight.Values, taken["backbone.body." + weight.Name]));
        }
    }

    [Fact]
    public void Run_WeightsThatNobodyNeeds_AreListedAndLeftOut()
    {
        var state = ThinState(3);
        state.Add(("head.extra.weight", [2], new float[2]));

        Assert.Equal(["head.extra.weight"], WeightImport.Run(_folder.Save("extra.pth", state), Out).Unexpected);

        ModelFile.Load(Out).Model.Dispose();
    }

    [Fact]
    public void Run_WeightMissing_RefusedWithItsNameAndNothingWritten()
    {
        var state = ThinState(3);
        state.RemoveAll(weight => weight.Name == "head.regression_head.conv.2.0.bias");

        Assert.Contains("1 are missing (head.regression_head.conv.2.0.bias)", Refused(state));
    }

    [Theory]
    [InlineData("backbone.body.layer2.0.conv1.weight", "needs [16, 8, 3, 3]")]
    [InlineData("backbone.body.conv1.weight", "is [1176]: a ResNet")]
    [InlineData(ClassLayer, "no convolution's")]
    public void Run_WeightOfAnotherShape_Refused(string name, string reason)
    {
        var state = ThinState(3);
        var at = state.FindIndex(weight => weight.Name == name);
        state[at] = (name, [state[at].Values.Length], state[at].Values);

        Assert.Contains(reason, Refused(state));
    }

    [Fact]
    public void Run_OtherNetworks_RefusedWithTheReason()
    {
        Assert.Contains("2 anchors at each place", Refused(Replaced("head.regression_head.bbox_reg.weight", [8, 16, 3, 3])));
        Assert.Contains("which are not as many for each", Refused(Replaced(ClassLayer, [28, 16, 3, 3])));
        Assert.Contains("levels P3 to P7", Refused([.. ThinState(3).Where(weight => !weight.Name.Contains("p7"))]));
        Assert.Contains("of no RetinaNet or ResNet", Refused([.. ThinState(3).Where(weight => !weight.Name.Contains("layer4.1"))]));
        Assert.Contains("of no RetinaNet or ResNet", Refused([("weight", [1], [1])]));
        // Shapes of a network that no machine holds, without its weights.
        Assert.Contains("are of a network with", Refused(Replaced("backbone.body.conv1.weight", [512, 3, 7, 7])));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Run_WeightThatIsNotFinite_Refused(float value)
    {
        var state = ThinState(3);
        state.Single(weight => weight.Name == "backbone.fpn.inner_blocks.1.0.bias").Values[3] = value;

        Assert.Contains("backbone.fpn.inner_blocks.1.0.bias", Refused(state));
    }

    [Fact]
    public void Run_ModelOfThisProgram_Refused()
    {
        WeightImport.Run(_folder.Save("thin.pth", ThinState(3)), Out);

        Assert.Contains("already", Assert.Throws<WeightsException>(() => WeightImport.Run(Out, _folder.At("again.safetensors"))).Reason);
    }

    [Fact]
    public void Run_ClassNames_AreTheModels()
    {
        var file = _folder.Save("thin.pth", ThinState(4));

        Assert.Equal("0 class 0, 1 class 1, 2 class 2, 3 class 3", Classes(null));
        Assert.Equal("0 background, 1 cat, 2 N/A, 3 dog", Classes("cat\nN/A\ndog\n"));
        Assert.Equal("0 __background__, 1 cat, 2 N/A 2, 3 N/A 3", Classes("\uFEFF__background__\r\ncat\r\nN/A\r\nN/A"));
        // Ids are places, as COCO's 90 are in 91 outputs.
        Assert.Equal("0 background, 1 cat, 2 class 2, 3 dog", Classes("""{"images": [{"id": 7}], "categories": [{"id": 3, "name": "dog"}, {"id": 1, "name": "cat"}]}"""));
        // Ids are others: the order counts.
        Assert.Equal("0 background, 10 a, 20 b, 30 c", Classes("""{"categories": [{"id": 10, "name": "a"}, {"id": 20, "name": "b"}, {"id": 30, "name": "c"}]}"""));
        Assert.All(
            ["one\ntwo", "a\nb\nc\nd\ne", "a\n\nb\nc", "", "{", "[]", "{}", """{"categories": 3}""", """{"categories": [{"name": "a"}]}""", """{"categories": []}"""],
            text => Assert.Throws<DataException>(() => Classes(text)));
        Assert.Throws<DataException>(() => WeightImport.Run(file, Out, _folder.At("missing.txt")));

        string Classes(string? text)
        {
            var names = _folder.At("names.txt");
            File.WriteAllText(names, text);
            return string.Join(", ", WeightImport.Run(file, Out, text is null ? null : names).Model!.Categories.Select(category => $"{category.Id} {category.Name}"));
        }
    }

    [Theory]
    [InlineData(NormKind.Frozen)]
    [InlineData(NormKind.Batch)]
    public void FoldEpsilon_NormByStatistics_HasTheScaleWithoutIt(NormKind norm)
    {
        using var network = new RetinaNet(Thin with { Norm = norm }, 3);
        var weights = network.State().ToDictionary(entry => entry.Name, entry => entry.Tensor);
        var (scale, variance) = (weights["backbone.body.bn1.weight"], weights["backbone.body.bn1.running_var"]);
        float[] variances = [1e-12f, 1e-6f, 1e-5f, .5f, 1, 3, 0, 1e-3f];
        scale.Data<float>().Fill(.75f);
        variances.CopyTo(variance.Data<float>());

        WeightImport.FoldEpsilon(network);

        Assert.Equal(variances, variance.ToArray());
        // The network's own formula is scale / sqrt(variance + 1e-5), torchvision's for these weights scale / sqrt(variance).
        foreach (var (value, result) in variances.Zip(scale.ToArray()).Where(pair => pair.First > 0))
            Assert.Equal(1, result / Math.Sqrt(value + 1e-5) / (.75 / Math.Sqrt(value)), 1e-6);
    }

    [SharedDataFact]
    public void Run_RealFilesThatAreNoDetectors_Refused()
    {
        var error = Assert.Throws<WeightsException>(() => WeightImport.Run(SharedData.At("data", "weights", "resnet20-cifar.th"), Out));
        Assert.Contains("3, 3, 3, 0 blocks", error.Reason);
        Assert.Contains("tar", Assert.Throws<WeightsException>(() => WeightImport.Run(SharedData.At("data", "bad-input", "truncated-tar.pth"), Out)).Reason);
        Assert.False(File.Exists(Out));
    }

    private void AssertDetectsAsTorchvision(string variant)
    {
        using var detector = Detector.Load(Out, new() { Precision = Precision.Fp32, MaxDetections = 30 });
        using var images = TorchvisionParityTests.Images();
        TorchvisionParityTests.AssertDetections(variant, detector.Predict(images, default));
    }

    private string Refused(List<(string Name, long[] Shape, float[] Values)> state)
    {
        var alive = TensorCount.Alive;
        var file = _folder.Save("bad.pth", state);
        var error = Assert.Throws<WeightsException>(() => WeightImport.Run(file, Out));
        Assert.Equal(file, error.File);
        Assert.False(File.Exists(Out));
        Assert.Equal(alive, TensorCount.Alive);
        return error.Reason;
    }

    private static List<(string Name, long[] Shape, float[] Values)> Replaced(string name, long[] shape) =>
        [.. ThinState(3).Where(weight => weight.Name != name), (name, shape, new float[shape.Aggregate(1L, (product, side) => product * side)])];

    private static List<(string Name, long[] Shape, float[] Values)> ThinState(int classes)
    {
        using var network = new RetinaNet(Thin, classes);
        WeightInitializer.Initialize(network, 1);
        return State(network);
    }

    private static List<(string Name, long[] Shape, float[] Values)> State(Module network) =>
        [.. network.State().Select(entry => (entry.Name, entry.Tensor.Shape.ToArray(), entry.Tensor.ToArray()))];

    private static (int, double, NormKind, int, P6Source, int, bool) Architecture(ModelSettings model) =>
        (model.Depth, model.Width, model.Norm, model.PyramidChannels, model.P6From, model.HeadConvolutions, model.HeadNorm);

    /// <summary>The name that torchvision 0.12 had for a weight; its rectifiers took the odd places.</summary>
    private static string Old(string name)
    {
        var parts = name.Split('.');
        return parts switch
        {
            ["head", var head, "conv", var place, "0", var kind] => $"head.{head}.conv.{2 * int.Parse(place)}.{kind}",
            ["backbone", "fpn", var blocks, var place, "0", var kind] => $"backbone.fpn.{blocks}.{place}.{kind}",
            _ => name,
        };
    }
}
