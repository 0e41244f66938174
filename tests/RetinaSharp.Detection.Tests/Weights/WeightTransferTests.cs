using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Tests.Training;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Tests.Weights;

[Collection(TorchCollection.Name)]
public class WeightTransferTests(TrainedModel trained) : LeakCheck
{
    private const string ClassWeights = "head.classification_head.cls_logits.weight";
    private const string ClassBias = "head.classification_head.cls_logits.bias";

    private static readonly ModelSettings Model = TinyRun.Settings.Model;

    private string Source => Path.Combine(trained.Folder, ModelFile.Last);

    [Fact]
    public void Train_SameClasses_StartsWithTheModelsAP()
    {
        var validation = trained.Take(4);
        // Nothing moves: the rate is nothing in single precision, and frozen stages keep their statistics.
        var settings = TinyRun.With(training => training with { Epochs = 1, Batch = 6, LearningRate = 1e-60, WeightDecay = 0, Freeze = 5, Ema = 0 });
        var reports = new TinyRun.Reports();

        var result = new Trainer(settings with { Weights = Source }, trained.Set, validation, TinyRun.Options(trained.At("tuned"))).Train(reports);

        Assert.Equal(trained.Epochs[^1].Validation!.Metrics.ByName(), result.Best!.ByName());
        Assert.True(result.Best.AP > .1);
        Assert.Empty(reports.Warnings);
        Assert.Equal(TinyRun.Weights(Source), TinyRun.Weights(Path.Combine(trained.At("tuned"), ModelFile.Last)));
    }

    [Fact]
    public void Train_NewHeadsAndFewImages_WarnsWithTheNumberOfEpochs()
    {
        var reports = new TinyRun.Reports();
        var settings = TinyRun.With(training => training with { Epochs = 1, Batch = trained.Set.Images.Count }) with { Weights = Source };

        new Trainer(settings with { Model = settings.Model with { Anchors = new() } }, trained.Set, null, TinyRun.Options(trained.At("few"), reports)).Train(reports);

        Assert.Equal(["Optimizer steps of this run: 1, few for heads that start from random weights: boxes will be loose. 3000 steps usually suffice; set epochs to 3000."], reports.Warnings);
    }

    [Fact]
    public void Run_SameClasses_TakesEverything()
    {
        var (weights, transfer) = Transfer(Model, trained.Set.Categories);

        Assert.Equal(TinyRun.Weights(Source).OrderBy(entry => entry.Key), weights.OrderBy(entry => entry.Key));
        Assert.True(transfer.HasBackbone);
        Assert.Equal($"weights of {Source}: {weights.Count} of {weights.Count} taken", transfer.Summary);
    }

    [Fact]
    public void Run_OtherClasses_KeepsThoseOfTheSameName()
    {
        var (weights, transfer) = Transfer(Model, [new(1, "green"), new(2, "blue"), new(3, "white")]);

        var (source, start) = (TinyRun.Weights(Source), Initial(Model, 3));
        Assert.All(source.Where(entry => !entry.Key.Contains("cls_logits")), entry => Assert.Equal(entry.Value, weights[entry.Key]));
        var row = Model.PyramidChannels * 9;
        for (var anchor = 0; anchor < Model.Anchors.AnchorsPerCell; anchor++)
        {
            // Blue is the second of two, and becomes the second of three.
            Assert.Equal(Row(source[ClassWeights], (2 * anchor) + 1, row), Row(weights[ClassWeights], (3 * anchor) + 1, row));
            Assert.Equal(source[ClassBias][(2 * anchor) + 1], weights[ClassBias][(3 * anchor) + 1]);
            foreach (var other in new[] { 0, 2 })
            {
                Assert.Equal(Row(start[ClassWeights], (3 * anchor) + other, row), Row(weights[ClassWeights], (3 * anchor) + other, row));
                Assert.Equal(start[ClassBias][(3 * anchor) + other], weights[ClassBias][(3 * anchor) + other]);
            }
        }

        Assert.Contains("classes: 1 of 3 known (blue)", transfer.Summary);
        Assert.Contains($"{source.Count - 2} of {source.Count} taken", transfer.Summary);

        static float[] Row(float[] values, int index, int length) => values[(index * length)..((index + 1) * length)];
    }

    [Fact]
    public void Run_SigmoidToSoftmax_MakesTheClassLayerAnew()
    {
        // One class fewer and the background: as many outputs, which mean something else.
        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(Model, 1, hasBackground: true), 1);
        var start = state.Read();

        var transfer = WeightTransfer.Load(Source, state, [trained.Set.Categories[0]]);

        var (source, weights) = (TinyRun.Weights(Source), state.Read());
        Assert.Equal(source[ClassBias].Length, weights[ClassBias].Length);
        Assert.All(weights, entry => Assert.Equal((entry.Key.Contains("cls_logits") ? start : source)[entry.Key], entry.Value));
        Assert.Contains("scores are sigmoids", transfer.Summary);
    }

    [Fact]
    public void Run_SoftmaxWithOtherClasses_KeepsTheBackgroundAndThoseOfTheSameName()
    {
        var loss = new LossSettings { Classification = ClassificationLossKind.SoftmaxFocal, Alpha = null };
        var path = trained.At("softmax.safetensors");
        using (var model = WeightInitializer.Create(RetinaNetArchitecture.Create(Model, 2, hasBackground: true), 8))
            ModelFile.Save(path, model.Entries, new() { Settings = new() { Model = Model, Loss = loss }, Categories = [new(1, "red"), new(2, "blue")] });

        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(Model, 3, hasBackground: true), 1);
        var start = state[ClassWeights].ToArray();
        WeightTransfer.Load(path, state, [new(1, "green"), new(2, "white"), new(3, "red")]);

        var row = Model.PyramidChannels * 9;
        var (source, weights) = (TinyRun.Weights(path)[ClassWeights].Chunk(row).ToArray(), state[ClassWeights].ToArray().Chunk(row).ToArray());
        var made = start.Chunk(row).ToArray();
        for (var anchor = 0; anchor < Model.Anchors.AnchorsPerCell; anchor++)
        {
            Assert.Equal(source[3 * anchor], weights[4 * anchor]);
            Assert.Equal(made[(4 * anchor) + 1], weights[(4 * anchor) + 1]);
            Assert.Equal(made[(4 * anchor) + 2], weights[(4 * anchor) + 2]);
            Assert.Equal(source[(3 * anchor) + 1], weights[(4 * anchor) + 3]);
        }
    }

    [Fact]
    public void Run_OtherAnchors_LeavesTheHeads()
    {
        var model = Model with { Anchors = Model.Anchors with { BaseSize = 4 } };

        var (weights, transfer) = Transfer(model, trained.Set.Categories);

        var (source, start) = (TinyRun.Weights(Source), Initial(model, 2));
        Assert.All(weights, entry => Assert.Equal((entry.Key.StartsWith("head.") ? start : source)[entry.Key], entry.Value));
        Assert.Contains("heads are not taken", transfer.Summary);
    }

    [Fact]
    public void Run_FinerLevels_LeavesWhatIsCountedFromTheFinest()
    {
        var model = Model with { Anchors = Model.Anchors with { MinLevel = 2 } };

        var (weights, _) = Transfer(model, trained.Set.Categories);

        var (source, start) = (TinyRun.Weights(Source), Initial(model, 2));
        Assert.Equal(source["backbone.fpn.extra_blocks.p7.weight"], weights["backbone.fpn.extra_blocks.p7.weight"]);
        Assert.Equal(start["backbone.fpn.layer_blocks.0.0.weight"], weights["backbone.fpn.layer_blocks.0.0.weight"]);
    }

    [Fact]
    public void Run_FinerLevelsOfPafpn_LeavesWhatIsCountedFromTheFinest()
    {
        var pafpn = Model with { Neck = NeckKind.Pafpn };
        var path = trained.At("pafpn.safetensors");
        using (var source = WeightInitializer.Create(RetinaNetArchitecture.Create(pafpn, 2), 8))
            ModelFile.Save(path, source.Entries, new() { Settings = new() { Model = pafpn }, Categories = trained.Set.Categories });
        var model = pafpn with { Anchors = Model.Anchors with { MinLevel = 2 } };

        var (weights, _) = Transfer(model, trained.Set.Categories, path);

        var start = Initial(model, 2);
        Assert.All(["backbone.fpn.downsample_convs.0.weight", "backbone.fpn.pafpn_convs.0.weight"], name => Assert.Equal(start[name], weights[name]));
    }

    [Fact]
    public void Run_BareResNet_IsTheBackbone()
    {
        var source = TinyRun.Weights(Source);
        const string Body = "backbone.body.";
        var path = trained.At("resnet.safetensors");
        using (var file = SafetensorsFile.Open(Source))
        {
            var entries = file.Entries.Where(entry => entry.Key.StartsWith(Body)).Select(entry => Entry(file, entry.Key, entry.Key[Body.Length..], entry.Value)).ToList();
            entries.Add(new("fc.weight", SafetensorsType.F32, [2, 2], new byte[16]));
            entries.Add(new("bn1.num_batches_tracked", SafetensorsType.I64, [], new byte[8]));
            SafetensorsWriter.Write(path, entries, new Dictionary<string, string>(), checksum: false);
        }

        var (weights, transfer) = Transfer(Model with { Anchors = new() }, trained.Set.Categories, path);

        var start = Initial(Model, 2);
        Assert.All(weights, entry => Assert.Equal((entry.Key.StartsWith(Body) ? source : start)[entry.Key], entry.Value));
        Assert.True(transfer.HasBackbone);
        Assert.Contains("not used: 2 (", transfer.Summary);
    }

    [Fact]
    public void Run_NothingFits_ThrowsWithTheRemedy()
    {
        var error = Assert.Throws<WeightsException>(() => Transfer(Model with { Width = .5, PyramidChannels = 64 }, trained.Set.Categories));

        Assert.Equal(Source, error.File);
        Assert.Contains("choose the architecture of the weights", error.Message);
    }

    [Fact]
    public void Run_Corrupt_Throws()
    {
        var bytes = File.ReadAllBytes(Source);
        bytes[^9] ^= 1;
        var path = trained.At("corrupt-source.safetensors");
        File.WriteAllBytes(path, bytes);

        Assert.Contains("SHA-256", Assert.Throws<WeightsException>(() => Transfer(Model, trained.Set.Categories, path)).Message);
    }

    private static SafetensorsEntry Entry(SafetensorsFile file, string name, string newName, SafetensorsTensor tensor)
    {
        var bytes = new byte[tensor.Length];
        file.Read(name, bytes);
        return new(newName, tensor.Type, [.. tensor.Shape], bytes);
    }

    private static Dictionary<string, float[]> Initial(ModelSettings model, int classes)
    {
        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(model, classes), 1);
        return state.Read();
    }

    private (Dictionary<string, float[]> Weights, WeightTransfer Transfer) Transfer(ModelSettings model, IReadOnlyList<Category> categories, string? path = null)
    {
        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(model, categories.Count), 1);
        var transfer = WeightTransfer.Load(path ?? Source, state, categories);
        return (state.Read(), transfer);
    }
}
