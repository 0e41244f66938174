#pragma warning disable IDE1006 // Fields of modules have the names of the state dictionary.
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Modules;
using RetinaSharp.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling;

[Collection(TorchCollection.Name)]
public sealed class ModulePartTests : FinalizedTensors
{
    private static readonly ModelSettings Settings = new() { PyramidChannels = 16, HeadConvolutions = 0 };

    private static NetworkComponents Components => new() { Backbone = new ModuleBackbone("strided", [8, 16, 24], () => new StridedBackbone()) };

    [Fact]
    public void Tensors_OfAModule_HaveItsNamesKindsAndShapes()
    {
        using var scope = NewDisposeScope();
        var tensors = Components.Backbone!.Tensors().ToDictionary(layout => layout.Name);

        Assert.Equal((TensorKind.Weight, 8L), (tensors["backbone.body.c3.weight"].Kind, tensors["backbone.body.c3.weight"].Shape[0]));
        Assert.Equal(TensorKind.Bias, tensors["backbone.body.c4.bias"].Kind);
        Assert.Equal(TensorKind.NormParameter, tensors["backbone.body.norm.weight"].Kind);
        Assert.Equal(TensorKind.Buffer, tensors["backbone.body.norm.running_var"].Kind);
        Assert.Equal(TensorKind.FrozenParameter, tensors["backbone.body.c5.weight"].Kind);
        Assert.DoesNotContain(tensors.Keys, name => name.EndsWith("num_batches_tracked", StringComparison.Ordinal));
    }

    [Fact]
    public void Initialize_SameSeed_SameValuesOfTheModulesOwnInitialization()
    {
        using var scope = NewDisposeScope();
        var architecture = RetinaNetArchitecture.Create(Settings, 2, components: Components);
        using var one = WeightInitializer.Create(architecture, 5);
        using var same = WeightInitializer.Create(architecture, 5);
        using var other = WeightInitializer.Create(architecture, 6);

        const string Name = "backbone.body.c3.weight";
        Assert.Equal(Elements(one[Name]), Elements(same[Name]));
        Assert.NotEqual(Elements(one[Name]), Elements(other[Name]));
        Assert.True(one["backbone.body.norm.running_var"].eq(1).all().item<bool>());
    }

    [Fact]
    public void Forward_WeightsOfTheState_AreShared()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(Settings, 2, components: Components), 1);
        using var network = new RetinaNet(state);
        var images = rand(1, 3, 64, 64);
        var before = network.Levels(images)[0].clone();

        state["backbone.body.c3.weight"].mul_(2);
        state["backbone.body.c3.bias"].mul_(2);

        // C3 is linear in its weight and bias up to the norm, which in evaluation mode is the identity here: all that follows from it scales.
        Assert.False(before.allclose(network.Levels(images)[0]));
        Assert.Contains(network.named_parameters(), entry => entry.name == "backbone.body.c3.weight" && entry.parameter.eq(state["backbone.body.c3.weight"]).all().item<bool>());
    }

    [Fact]
    public void Forward_Bf16_IsNearFp32()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(Settings, 2, components: Components), 1);
        using var network = new RetinaNet(state);
        using var half = new RetinaNet(state, new(ScalarType.BFloat16));
        var images = rand(1, 3, 64, 96);

        var (expected, actual) = (network.call(images), half.call(images.to(ScalarType.BFloat16)));
        foreach (var (wanted, got) in expected.Zip(actual))
        {
            Assert.Equal(ScalarType.BFloat16, got.Logits.dtype);
            Layers.LayerBlock.AssertClose(wanted.BoxOutputs, got.BoxOutputs, .05);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Backward_Trained_GivesGradientsToTrainedParametersAlone(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var masters = WeightInitializer.Create(RetinaNetArchitecture.Create(Settings, 2, components: Components), 1);
        using var values = masters.ToComputeType(type, 0);
        using var network = new RetinaNet(values, new(type, IsTraining: true));
        var before = Elements(masters["backbone.body.norm.running_mean"]);

        network.call(rand(2, 3, 64, 64).to(type)).Select(output => output.Logits.to(ScalarType.Float32).sum()).Aggregate((a, b) => a + b).backward();

        var gradients = network.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.grad);
        Assert.All(["backbone.body.c3.weight", "backbone.body.norm.weight", "backbone.body.c4.bias"], name => Assert.True(gradients[name]!.abs().sum().ToDouble() > 0));
        Assert.Null(gradients["backbone.body.c5.weight"]);
        Assert.Equal(type, gradients["backbone.body.c3.weight"]!.dtype);
        Assert.Equal(ScalarType.Float32, gradients["backbone.body.norm.weight"]!.dtype);
        Assert.NotEqual(before, Elements(masters["backbone.body.norm.running_mean"]));
    }

    [Fact]
    public void Forward_SecondShard_LeavesTheSharedStatisticsAlone()
    {
        using var scope = NewDisposeScope();
        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(Settings, 2, components: Components), 1);
        using var network = new RetinaNet(state, new(IsTraining: true) { Shard = 1 });
        var before = Elements(state["backbone.body.norm.running_mean"]);

        network.call(rand(2, 3, 64, 64));

        Assert.Equal(before, Elements(state["backbone.body.norm.running_mean"]));
    }

    [Fact]
    public void Tensors_ModuleNamedLikeANorm_AreWeights()
    {
        using var scope = NewDisposeScope();

        Assert.Equal(TensorKind.Weight, Assert.Single(Scaled(hasBuffer: false).Tensors(), layout => layout.Name == "backbone.body.block.gain").Kind);
    }

    [Fact]
    public void CreateModule_SubmoduleWithoutParametersInBf16_SharesItsBuffersInFp32()
    {
        using var scope = NewDisposeScope();
        var backbone = Scaled(hasBuffer: false);
        using var state = Bf16State(backbone);
        using var module = backbone.CreateModule(state, new(ScalarType.BFloat16, IsTraining: true));

        state["backbone.body.block.norm.running_mean"].fill_(3);

        Assert.Equal(ScalarType.BFloat16, module.get_parameter("block.gain")!.dtype);
        Assert.Equal(ScalarType.Float32, module.get_buffer("block.norm.running_mean")!.dtype);
        Assert.All(Elements(module.get_buffer("block.norm.running_mean")!), value => Assert.Equal(3, value));
    }

    [Fact]
    public void CreateModule_BufferBesideParametersInBf16_ThrowsAndNamesIt()
    {
        using var scope = NewDisposeScope();
        var backbone = Scaled(hasBuffer: true);
        using var state = Bf16State(backbone);

        var error = Assert.Throws<NotSupportedException>(() => backbone.CreateModule(state, new(ScalarType.BFloat16, IsTraining: true)));

        Assert.Contains("'scaled': the buffer block.offset is BFloat16", error.Message);
    }

    [Fact]
    public void Create_HeadAndNeckOfModules_PredictForEveryAnchor()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var components = Components with
        {
            Neck = (settings, channels) => new ModuleNeck("pooled", () => new PoolingNeck(channels, settings.PyramidChannels)),
            ClassificationHead = request => new ModuleHead("linear", request, one => new LinearHead(one)),
        };
        var architecture = RetinaNetArchitecture.Create(Settings, 3, components: components);
        using var state = WeightInitializer.Create(architecture, 1);
        using var network = new RetinaNet(state);

        var outputs = network.call(rand(2, 3, 64, 96));

        Assert.Equal(("pooled", "linear", "retinanet"), (architecture.Settings.Parts.Neck, architecture.Settings.Parts.ClassificationHead, architecture.Settings.Parts.RegressionHead));
        Assert.Equal(5, outputs.Length);
        Assert.Equal([2, 8 * 12 * 9, 3], outputs[0].Logits.shape);
        Assert.Equal([2, 1 * 1 * 9, 4], outputs[4].BoxOutputs.shape);
    }

    [Fact]
    public void Create_BackboneWithAnotherNumberOfMaps_Throws()
    {
        var error = Assert.Throws<ArgumentException>(() => RetinaNetArchitecture.Create(
            Settings, 2, components: new() { Backbone = new ModuleBackbone("short", [8, 16], () => new StridedBackbone()) }));
        Assert.Contains("'short' returns 2 feature maps, but the anchors' levels from 3 to 5 need 3", error.Message);
    }

    private static ModuleBackbone Scaled(bool hasBuffer) => new("scaled", [8, 16, 24], () => new ScaledBackbone(hasBuffer));

    private static NetworkState Bf16State(ModuleBackbone backbone)
    {
        using var masters = WeightInitializer.Create(RetinaNetArchitecture.Create(Settings, 2, components: new() { Backbone = backbone }), 1);
        return masters.ToComputeType(ScalarType.BFloat16, 0);
    }

    private static float[] Elements(Tensor tensor) => tensor.contiguous().Elements<float>().ToArray();

    /// <summary>Three strided convolutions; the last is frozen.</summary>
    internal sealed class StridedBackbone : nn.Module<Tensor, Tensor[]>
    {
        private readonly nn.Module<Tensor, Tensor> c3, norm, c4, c5;

        public StridedBackbone()
            : base(nameof(StridedBackbone))
        {
            c3 = nn.Conv2d(3, 8, 9, stride: 8, padding: 4);
            norm = nn.BatchNorm2d(8);
            c4 = nn.Conv2d(8, 16, 3, stride: 2, padding: 1);
            c5 = nn.Conv2d(16, 24, 3, stride: 2, padding: 1);
            RegisterComponents();
            foreach (var parameter in c5.parameters())
                parameter.requires_grad = false;
        }

        public override Tensor[] forward(Tensor images)
        {
            var first = norm.call(c3.call(images)).relu();
            var second = c4.call(first).relu();
            return [first, second, c5.call(second).relu()];
        }
    }

    private sealed class ScaledBackbone : nn.Module<Tensor, Tensor[]>
    {
        private readonly nn.Module<Tensor, Tensor> block;

        public ScaledBackbone(bool hasBuffer)
            : base(nameof(ScaledBackbone))
        {
            block = new ScaledNorm(hasBuffer);
            RegisterComponents();
        }

        public override Tensor[] forward(Tensor images) => [block.call(images)];
    }

    /// <summary>A parameter, and batch norm without parameters.</summary>
    private sealed class ScaledNorm : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> norm;
        private readonly TorchSharp.Modules.Parameter gain;

        public ScaledNorm(bool hasBuffer)
            : base(nameof(ScaledNorm))
        {
            norm = nn.BatchNorm2d(3, affine: false);
            gain = nn.Parameter(ones(1));
            RegisterComponents();
            if (hasBuffer)
                register_buffer("offset", zeros(1));
        }

        public override Tensor forward(Tensor images) => norm.call(images) * gain;
    }

    private sealed class PoolingNeck : nn.Module<Tensor[], Tensor[]>
    {
        private readonly TorchSharp.Modules.ModuleList<nn.Module<Tensor, Tensor>> lateral;

        public PoolingNeck(IReadOnlyList<int> channels, int outputs)
            : base(nameof(PoolingNeck))
        {
            lateral = nn.ModuleList<nn.Module<Tensor, Tensor>>([.. channels.Select(count => nn.Conv2d(count, outputs, 1))]);
            RegisterComponents();
        }

        public override Tensor[] forward(Tensor[] features)
        {
            var levels = features.Select((map, i) => lateral[i].call(map)).ToList();
            for (var level = 6; level <= 7; level++)
                levels.Add(nn.functional.max_pool2d(levels[^1], kernel_size: 1, stride: 2));
            return [.. levels];
        }
    }

    private sealed class LinearHead : nn.Module<Tensor[], Tensor[]>
    {
        private readonly nn.Module<Tensor, Tensor> linear;
        private readonly int _outputs;

        public LinearHead(HeadRequest request)
            : base(nameof(LinearHead))
        {
            _outputs = request.Outputs;
            linear = nn.Conv2d(request.Settings.PyramidChannels, request.Settings.Anchors.AnchorsPerCell * request.Outputs, 1);
            RegisterComponents();
        }

        public override Tensor[] forward(Tensor[] levels) =>
            Array.ConvertAll(levels, level => linear.call(level).permute(0, 2, 3, 1).contiguous().view(level.shape[0], -1, _outputs));
    }
}
