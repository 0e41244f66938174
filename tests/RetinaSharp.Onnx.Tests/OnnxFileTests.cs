using System.Runtime.InteropServices;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Inference;

namespace RetinaSharp.Onnx.Tests;

/// <summary>Checks the contents of exported files at the level of protobuf fields, with the field numbers of ONNX's schema.</summary>
public sealed class OnnxFileTests : IDisposable
{
    private const int Float = 1, Byte = 2, Int = 6, Long = 7;

    private static readonly string Scenes = Path.Combine(AppContext.BaseDirectory, "scenes.safetensors");

    private readonly TemporaryFolder _folder = new();

    private string Out => _folder.At("model.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Export_Model_WritesMetadata()
    {
        var result = OnnxExporter.Export(Scenes, Out, new() { NmsIouThreshold = .6, MaxDetections = 7 });

        var model = Read();
        Assert.Equal([1, 2, 3, 7, 8, 14], model.Numbers);
        Assert.Equal((8, "RetinaSharp"), (model.Whole(1), model.Text(2)));
        Assert.Equal(("", 17), (model.Message(8).Text(1), model.Message(8).Whole(2)));
        Assert.Equal(new Dictionary<string, string>
        {
            ["classes"] = """["disc","ring","square","triangle","cross"]""",
            ["category_ids"] = "[1,2,3,4,5]",
            ["input_short_side"] = "256",
            ["input_long_side"] = "256",
            ["input_scaling"] = "fit",
            ["outputs"] = "detections",
            ["scores"] = "sigmoid",
            ["anchor_levels"] = "[3,7]",
            ["anchor_base_size"] = "2",
            ["anchor_scales"] = "[1,1.2599210498948732,1.5874010519681994]",
            ["anchor_ratios"] = "[0.5,1,2]",
            ["anchor_layout"] = "exact",
            ["box_coding"] = "delta",
            ["centerness"] = "false",
            ["score_threshold"] = "0.05",
            ["suppression"] = "nms",
            ["nms_iou"] = "0.6",
            ["max_detections"] = "7",
            ["candidates_per_level"] = "1000",
            ["soft_nms_sigma"] = "0.5",
            ["clipping"] = "before-nms",
            ["format"] = "2",
            ["graph_sha256"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(model.Bytes(7).Span)),
        }, model.Messages(14).ToDictionary(entry => entry.Text(1), entry => entry.Text(2)));
        Assert.Equal((Out, new FileInfo(Out).Length), (result.File, result.Bytes));
        Assert.Equal("disc", result.Model.Categories[0].Name);
    }

    [Theory]
    [InlineData(OnnxOutputs.Detections, "boxes float [detections, 4]", "scores float [detections]", "labels long [detections]", "image long [detections]")]
    [InlineData(OnnxOutputs.Padded, "detections float [batch, 100, 6]", "counts int [batch]")]
    [InlineData(OnnxOutputs.Raw, "logits float [batch, anchors, 5]", "deltas float [batch, anchors, 4]", "anchors float [anchors, 4]")]
    public void Export_Model_DeclaresInputsAndOutputs(OnnxOutputs outputs, params string[] expected)
    {
        var result = OnnxExporter.Export(Scenes, Out, new() { Outputs = outputs });

        var graph = Read().Message(7);
        string[] settings = outputs switch
        {
            OnnxOutputs.Detections => ["score_threshold float [1]", "max_detections long [1]", "nms_iou float [1]"],
            OnnxOutputs.Padded => ["score_threshold float [1]", "nms_iou float [1]"],
            _ => [],
        };
        Assert.Equal(["images byte [batch, height, width, 3]", .. settings], graph.Messages(11).Select(Declared));
        Assert.Equal(expected, graph.Messages(12).Select(Declared));
        Assert.Equal(expected.Select(text => text.Split(' ')[0]), result.Outputs.Select(value => value.Name));
        Assert.Equal(graph.Messages(12).Select(value => value.Text(3)), result.Outputs.Select(value => value.Description));
        Assert.Equal(("uint8", "batch, height, width, 3"), (result.Inputs[0].Type, string.Join(", ", result.Inputs[0].Shape)));

        static string Declared(WireMessage value)
        {
            var tensor = value.Message(2).Message(1);
            var dimensions = tensor.Message(2).Messages(1).Select(size => size.Numbers.Single() == 1 ? $"{size.Whole(1)}" : size.Text(2));
            return $"{value.Text(1)} {tensor.Whole(1) switch { Float => "float", Byte => "byte", Int => "int", Long => "long", _ => "?" }} [{string.Join(", ", dimensions)}]";
        }
    }

    [Fact]
    public void Export_Graph_IsTopologicallySorted()
    {
        OnnxExporter.Export(Scenes, Out);

        var graph = Read().Message(7);
        var initializers = graph.Messages(5).Select(tensor => tensor.Text(8)).ToArray();
        Assert.Distinct(initializers);
        // The images have no default, unlike the optional inputs.
        Assert.Equal(["images"], graph.Messages(11).Select(value => value.Text(1)).Except(initializers));
        HashSet<string> known = ["", "images", .. initializers];
        var names = new HashSet<string>();
        foreach (var node in graph.Messages(1))
        {
            Assert.True(names.Add(node.Text(3)));
            Assert.Subset(known, node.Texts(1).ToHashSet());
            Assert.All(node.Texts(2), output => Assert.True(known.Add(output), output));
        }

        Assert.Subset(known, graph.Messages(12).Select(value => value.Text(1)).ToHashSet());
        Assert.Equal(1, graph.Messages(1).Count(node => node.Text(4) == "NonMaxSuppression"));
    }

    [Fact]
    public void Export_Weights_AreModelWeightsWithFoldedNorms()
    {
        var model = _folder.At("model.safetensors");
        TestModels.Write(model, TestModels.All["bottlenecks, torchvision's anchors"]);

        OnnxExporter.Export(model, Out);

        var tensors = Read().Message(7).Messages(5).ToDictionary(tensor => tensor.Text(8));
        Assert.All(tensors.Values, tensor => Assert.Equal(tensor.Wholes(1).Aggregate(tensor.Whole(2) == Float ? 4L : 8, (a, b) => a * b), tensor.Bytes(9).Length));
        using var file = SafetensorsFile.Open(model);
        Assert.Equal(file.ReadFp32("head.regression_head.bbox_reg.weight"), Values("head.regression_head.bbox_reg.weight"));
        var (weight, scale, variance) = (Stem("conv1.weight"), Stem("bn1.weight"), Stem("bn1.running_var"));
        var (shift, mean) = (Stem("bn1.bias"), Stem("bn1.running_mean"));
        Assert.Equal([16, 3, 7, 7], tensors["backbone.body.conv1.weight"].Wholes(1));
        Assert.Equal(weight.Select((w, i) => w * scale[i / 147] / Math.Sqrt(variance[i / 147] + 1e-5)), Values("backbone.body.conv1.weight").Select(w => (double)w), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(shift.Select((b, i) => b - mean[i] * scale[i] / Math.Sqrt(variance[i] + 1e-5)), Values("backbone.body.conv1.bias").Select(b => (double)b), (a, b) => Math.Abs(a - b) < 1e-6);

        float[] Stem(string name) => file.ReadFp32("backbone.body." + name);

        float[] Values(string name) => MemoryMarshal.Cast<byte, float>(tensors[name].Bytes(9).Span).ToArray();
    }

    [Fact]
    public void Export_RunFolder_ExportsItsModel()
    {
        Directory.CreateDirectory(_folder.At("run"));
        File.Copy(Scenes, Path.Combine(_folder.At("run"), "best.safetensors"));

        OnnxExporter.Export(_folder.At("run"), Out, new() { Outputs = OnnxOutputs.Raw });

        Assert.Equal("raw", Read().Messages(14).Single(entry => entry.Text(1) == "outputs").Text(2));
    }

    [Fact]
    public void Export_Failure_LeavesExistingFile()
    {
        File.WriteAllText(Out, "before");
        var bytes = File.ReadAllBytes(Scenes);
        bytes[^1] ^= 1;
        File.WriteAllBytes(_folder.At("corrupt.safetensors"), bytes);

        Assert.Throws<WeightsException>(() => OnnxExporter.Export(_folder.At("none"), Out));
        Assert.Throws<WeightsException>(() => OnnxExporter.Export(_folder.At("corrupt.safetensors"), Out));
        Assert.Throws<ArgumentException>(() => OnnxExporter.Export(Scenes, Out, new() { ScoreThreshold = 1 }));
        Assert.Throws<ArgumentException>(() => OnnxExporter.Export(Scenes, Out, new() { MaxDetections = 0 }));
        Assert.Equal("before", File.ReadAllText(Out));
        Assert.Throws<IOException>(() => OnnxExporter.Export(Scenes, Path.Combine(_folder.At("no folder"), "model.onnx")));
    }

    [Theory]
    [InlineData(SuppressionKind.ClassWise, "nms", 1)]
    [InlineData(SuppressionKind.ClassAgnostic, "class-agnostic", 1)]
    [InlineData(SuppressionKind.Voting, "voting", 1)]
    [InlineData(SuppressionKind.None, "none", 0)]
    public void Export_Suppression_IsInMetadataAndGraph(SuppressionKind kind, string name, int nodes)
    {
        OnnxExporter.Export(Scenes, Out, new() { Suppression = kind });

        Assert.Equal(name, Read().Messages(14).Single(entry => entry.Text(1) == "suppression").Text(2));
        Assert.Equal(nodes, Read().Message(7).Messages(1).Count(node => node.Text(4) == "NonMaxSuppression"));
    }

    [Theory]
    [InlineData(SuppressionKind.SoftLinear)]
    [InlineData(SuppressionKind.SoftGaussian)]
    [InlineData(SuppressionKind.Fusion)]
    public void Export_SuppressionWithoutOperator_IsRefusedUnlessRaw(SuppressionKind kind)
    {
        var error = Assert.Throws<ArgumentException>(() => OnnxExporter.Export(Scenes, Out, new() { Suppression = kind }));

        Assert.Contains($"Suppression {kind} cannot be exported", error.Message);
        Assert.False(File.Exists(Out));
        OnnxExporter.Export(Scenes, Out, new() { Suppression = kind, Outputs = OnnxOutputs.Raw });
        Assert.Throws<ArgumentException>(() => new OnnxExportOptions().ApplyTo(new() { Suppression = kind }));
        Assert.Equal(SuppressionKind.None, new OnnxExportOptions { Suppression = SuppressionKind.None }.ApplyTo(new() { Suppression = kind }).Suppression);
    }

    [Fact]
    public void CheckSize_TwoGibibytes_Throws()
    {
        OnnxExporter.CheckSize("model", 500_000_000);
        var error = Assert.Throws<WeightsException>(() => OnnxExporter.CheckSize("model", 540_000_000));
        Assert.Contains("2160000000 bytes", error.Message);
    }

    [Fact]
    public void ApplyTo_OmittedOptions_UseModelSettings()
    {
        var model = new InferenceSettings { ScoreThreshold = .2, NmsIouThreshold = .3, MaxCandidates = 50, MaxDetections = 9 };

        Assert.Equal(model, new OnnxExportOptions().ApplyTo(model));
        Assert.Equal(model with { ScoreThreshold = .4, NmsIouThreshold = .6 }, new OnnxExportOptions { ScoreThreshold = .4, NmsIouThreshold = .6 }.ApplyTo(model));
    }

    private WireMessage Read() => new(File.ReadAllBytes(Out));
}
