using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Tests.Golden;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Tests.Weights.PyTorch;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Weights;

[Collection(TorchCollection.Name)]
public sealed class WeightImportTests : LeakCheck
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

    public override void Dispose()
    {
        _folder.Dispose();
        base.Dispose();
    }

    [Fact]
    public void Run_FirstRetinaNetUnderNamesOfBefore013_DetectsAsTorchvision()
    {
        // As a training on several devices saves it, with the names that torchvision had.
        using var state = TorchvisionParityTests.State("v1");
        var file = _folder.Save("v1.pth", Weights(state).Select(weight => ("module." + Old(weight.Name), weight.Shape, weight.Values)), under: "model");

        var result = WeightImport.Import(file, Out);

        Assert.Empty(result.Unexpected);
        Assert.Equal(state.Entries.Count(), result.ImportedCount);
        AssertDetectsAsTorchvision("v1");
        var settings = Detector.Describe(Out).Settings;
        Assert.Equal((18, 1.0, NormKind.Frozen, 32, P6Source.P5, 4, false), Architecture(settings.Model));
        Assert.Equal(AnchorCompatibility.Torchvision, settings.Model.Anchors.Compatibility);
        Assert.Equal(new InputSize(800, 1333), settings.Input);
        Assert.Equal(new InferenceSettings { ScoreThreshold = .05, MaxCandidates = 1000, NmsIouThreshold = .5, MaxDetections = 300 }, settings.Inference);
        Assert.Equal(BoxLossKind.L1, settings.Loss.Box);
        Assert.Equal("torchvision", Compatibility.Describe(settings));
    }

    [Fact]
    public void Run_SecondRetinaNetInSafetensorsOfOthers_DetectsAsTorchvision()
    {
        using var state = TorchvisionParityTests.State("v2");
        var entries = state.Entries.Select(entry => SafetensorsTensors.Entry(entry.Name, entry.Tensor)).ToList();
        entries.Add(new("backbone.body.bn1.num_batches_tracked", SafetensorsType.I64, [], new byte[8]));
        var file = _folder.At("v2.safetensors");
        SafetensorsWriter.Write(file, entries, new Dictionary<string, string>(), checksum: false);

        Assert.Empty(WeightImport.Import(file, Out).Unexpected);

        AssertDetectsAsTorchvision("v2");
        var settings = Detector.Describe(Out).Settings;
        Assert.Equal((18, 1.0, NormKind.Batch, 256, P6Source.C5, 4, true), Architecture(settings.Model));
        Assert.Equal(BoxLossKind.Giou, settings.Loss.Box);
        Assert.Equal("torchvision", Compatibility.Describe(settings));
    }

    [Theory]
    [InlineData(18)]
    [InlineData(34)]
    [InlineData(50)]
    [InlineData(101)]
    [InlineData(152)]
    public void Run_ResNet_IsAStartForTraining(int depth)
    {
        const string Body = "backbone.body.";
        var network = RetinaNetArchitecture.Create(Thin with { Depth = depth, Norm = NormKind.Frozen }, 2);
        using var trained = NetworkState.Create(RetinaNetArchitecture.Create(Thin with { Depth = depth, Norm = NormKind.Batch }, 2));
        FormulaWeights.Fill(trained, salt: 1);
        var weights = Weights(trained).Where(weight => weight.Name.StartsWith(Body)).Select(weight => (Name: weight.Name[Body.Length..], weight.Shape, weight.Values)).ToList();
        var file = _folder.Save("resnet.pth", [.. weights, ("fc.weight", [2, 3], new float[6]), ("fc.bias", [2], new float[2])]);

        var result = WeightImport.Import(file, Out);

        Assert.Null(result.Model);
        Assert.Equal($"resnet{depth} of width 0.125", result.Architecture);
        Assert.Equal(["fc.weight", "fc.bias"], result.Unexpected);
        foreach (var source in new[] { Out, file })
        {
            using var state = WeightInitializer.Create(network, 1);
            Assert.True(WeightTransfer.Load(source, state, [new(1, "a"), new(2, "b")]).HasBackbone);
            var taken = state.Read();
            Assert.All(weights, weight => Assert.Equal(weight.Values, taken[Body + weight.Name]));
        }
    }

    [Fact]
    public void Run_WeightsThatNobodyNeeds_AreListedAndLeftOut()
    {
        var state = ThinState(3);
        state.Add(("head.extra.weight", [2], new float[2]));

        Assert.Equal(["head.extra.weight"], WeightImport.Import(_folder.Save("extra.pth", state), Out).Unexpected);

        ModelFile.Load(Out).State.Dispose();
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
    [InlineData(ClassLayer, "the shape of a convolution")]
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
        Assert.Contains("not a multiple of the 9 anchors", Refused(Replaced(ClassLayer, [28, 16, 3, 3])));
        Assert.Contains("levels P3 to P7", Refused([.. ThinState(3).Where(weight => !weight.Name.Contains("p7"))]));
        Assert.Contains("not those of a torchvision RetinaNet or ResNet", Refused([.. ThinState(3).Where(weight => !weight.Name.Contains("layer4."))]));
        Assert.Contains("not those of a torchvision RetinaNet or ResNet", Refused([("weight", [1], [1])]));
        // The first of the shapes of a network that no machine holds.
        Assert.Contains("needs [512]", Refused(Replaced("backbone.body.conv1.weight", [512, 3, 7, 7])));
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
        WeightImport.Import(_folder.Save("thin.pth", ThinState(3)), Out);

        Assert.Contains("already", Assert.Throws<WeightsException>(() => WeightImport.Import(Out, _folder.At("again.safetensors"))).Reason);
    }

    [Fact]
    public void Run_ClassNames_AreTheModels()
    {
        var file = _folder.Save("thin.pth", ThinState(4));

        Assert.Equal("0 class 0, 1 class 1, 2 class 2, 3 class 3", Classes(null));
        Assert.Equal("0 background, 1 cat, 2 N/A, 3 dog", Classes("cat\nN/A\ndog\n"));
        Assert.Equal("0 background, 1 cat, 2 N/A 2, 3 N/A 3", Classes("\uFEFF__background__\r\ncat\r\nN/A\r\nN/A"));
        // Ids are places, as COCO's 90 are in 91 outputs.
        Assert.Equal("0 background, 1 cat, 2 class 2, 3 dog", Classes("""{"images": [{"id": 7}], "categories": [{"id": 3, "name": "dog"}, {"id": 1, "name": "cat"}]}"""));
        // Ids are others: the order counts.
        Assert.Equal("-1 background, 0 a, 1 b, 2 c", Classes("""{"categories": [{"id": 0, "name": "a"}, {"id": 1, "name": "b"}, {"id": 2, "name": "c"}]}"""));
        Assert.Equal("0 background, 10 a, 20 b, 30 c", Classes("""{"categories": [{"id": 10, "name": "a"}, {"id": 20, "name": "b"}, {"id": 30, "name": "c"}]}"""));
        Assert.All(
            ["one\ntwo", "a\nb\nc\nd\ne", "a\n\nb\nc", "", "{", "[]", "{}", """{"categories": 3}""", """{"categories": [{"name": "a"}]}""", """{"categories": []}"""],
            text => Assert.Throws<DatasetException>(() => Classes(text)));
        Assert.Throws<DatasetException>(() => WeightImport.Import(file, Out, _folder.At("missing.txt")));

        string Classes(string? text)
        {
            var names = _folder.At("names.txt");
            File.WriteAllText(names, text);
            return string.Join(", ", WeightImport.Import(file, Out, text is null ? null : names).Model!.Categories.Select(category => $"{category.Id} {category.Name}"));
        }
    }

    [Fact]
    public void ScaleByEpsilon_AnyVariance_HasTheScaleWithoutIt()
    {
        float[] variances = [1e-12f, 1e-6f, 1e-5f, .5f, 1, 3, 0, 1e-3f], scales = [.. Enumerable.Repeat(.75f, 8)];

        WeightImport.ScaleByEpsilon(scales, variances);

        // The network's own formula is scale / sqrt(variance + 1e-5), torchvision's for these weights scale / sqrt(variance).
        foreach (var (value, result) in variances.Zip(scales).Where(pair => pair.First > 0))
            Assert.Equal(1, result / Math.Sqrt(value + 1e-5) / (.75 / Math.Sqrt(value)), 1e-6);
        Assert.Equal(.75f, scales[6]);
    }

    [SharedDataFact]
    public void Run_RealFilesThatAreNoDetectors_Refused()
    {
        var error = Assert.Throws<WeightsException>(() => WeightImport.Import(SharedData.At("data", "weights", "resnet20-cifar.th"), Out));
        Assert.Contains("3, 3, 3, 0 blocks", error.Reason);
        Assert.Contains("tar", Assert.Throws<WeightsException>(() => WeightImport.Import(SharedData.At("data", "bad-input", "truncated-tar.pth"), Out)).Reason);
        Assert.False(File.Exists(Out));
    }

    private void AssertDetectsAsTorchvision(string variant)
    {
        using var detector = Detector.Load(Out, new() { Precision = Precision.Fp32, MaxDetections = 30, Input = TorchvisionParityTests.Input });
        TorchvisionParityTests.AssertDetections(variant, detector.Detect(TorchvisionParityTests.Pictures()));
    }

    private string Refused(List<(string Name, long[] Shape, float[] Values)> state)
    {
        var file = _folder.Save("bad.pth", state);
        var error = Assert.Throws<WeightsException>(() => WeightImport.Import(file, Out));
        Assert.Equal(file, error.File);
        Assert.False(File.Exists(Out));
        return error.Reason;
    }

    private static List<(string Name, long[] Shape, float[] Values)> Replaced(string name, long[] shape) =>
        [.. ThinState(3).Where(weight => weight.Name != name), (name, shape, new float[shape.Aggregate(1L, (product, side) => product * side)])];

    private static List<(string Name, long[] Shape, float[] Values)> ThinState(int classes)
    {
        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(Thin, classes), 1);
        return Weights(state);
    }

    private static List<(string Name, long[] Shape, float[] Values)> Weights(NetworkState state) =>
        [.. state.Entries.Select(entry => (entry.Name, entry.Tensor.shape, entry.Tensor.ToArray()))];

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
