using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Modeling.Layers;
using RetinaSharp.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling.Layers;

/// <summary>A convolution and its normalization with random weights and statistics, in a module of their own.</summary>
internal sealed class LayerBlock : IDisposable
{
    private readonly Root _root = new();
    private readonly ConvNorm _layers;
    private readonly NetworkState _masters, _values;

    /// <param name="layer">Of <see cref="Layer"/>.</param>
    /// <param name="type">Type of the computation.</param>
    /// <param name="isTraining">Whether it is trained.</param>
    /// <param name="isFrozen">Whether the convolution is not, though the network is.</param>
    public LayerBlock(ConvolutionLayer layer, ScalarType type = ScalarType.Float32, bool isTraining = false, bool isFrozen = false)
    {
        var settings = new ModelSettings { Depth = 18, Width = .125, PyramidChannels = 16, HeadConvolutions = 0 };
        var architecture = RetinaNetArchitecture.Create(settings, 1) with { Backbone = new ResNetArchitecture(layer, []) };
        manual_seed(1);
        _masters = NetworkState.Create(architecture, layout => (rand(layout.Shape) * (layout.Name.EndsWith("running_var", StringComparison.Ordinal) ? 1 : 2))
            - (layout.Name.EndsWith("running_var", StringComparison.Ordinal) ? -.5 : 1));
        var options = new NetworkOptions(type, isTraining, isFrozen ? layer.Part + 1 : 0);
        _values = isTraining ? _masters.ToComputeType(type, options.FrozenParts) : _masters.To(CPU);
        _layers = new LayerFactory(_root, prefix: "", _values, options).Create(layer);
    }

    public Conv2d Convolution => _root.modules().OfType<Conv2d>().Single();

    public Norm2d Norm => _root.modules().OfType<Norm2d>().Single();

    /// <summary>A tensor that the modules compute with.</summary>
    public Tensor this[string name] => _values[name];

    public static ConvolutionLayer Layer(int inputs, int outputs, int kernel, int stride = 1, NormKind? norm = null) =>
        new("conv", inputs, outputs, kernel, stride, norm is null ? null : new("norm", norm.Value, outputs)) { Part = 0, InputPart = -1, FirstLevel = 1, LastLevel = 1 };

    /// <summary>Numbers that bf16 has too, channels-last.</summary>
    public static Tensor Map(ScalarType type, params long[] shape) => randn(shape).to(ScalarType.BFloat16).to(type).ChannelsLast();

    public Tensor Forward(Tensor input, PostOps postOps = default) => _layers.Forward(input, postOps);

    public Tensor[] Forward(Tensor[] inputs, PostOps postOps = default) => _layers.Forward(inputs, postOps);

    /// <summary>The convolution in fp64 by LibTorch.</summary>
    public Tensor Convolved(Tensor input)
    {
        var layer = Convolution.Layer;
        return nn.functional.conv2d(
            Fp64(input), Fp64("conv.weight"), layer.Norm is null ? Fp64("conv.bias") : null, [layer.Stride, layer.Stride], [layer.Kernel / 2, layer.Kernel / 2]);
    }

    /// <summary>Batch norm with the running statistics after it, in fp64.</summary>
    public Tensor Unfolded(Tensor input) => nn.functional.batch_norm(
        Convolved(input), Fp64("norm.running_mean"), Fp64("norm.running_var"), Fp64("norm.weight"), Fp64("norm.bias"), training: false, eps: NormLayer.Epsilon);

    public Tensor Fp64(string name) => Fp64(this[name]);

    public IEnumerable<(string Name, TorchSharp.Modules.Parameter Parameter)> Parameters() => _root.named_parameters();

    public Dictionary<string, Tensor> StateDictionary() => _root.state_dict();

    public void InvalidateCache()
    {
        Convolution.InvalidateCache();
        foreach (var norm in _root.modules().OfType<Norm2d>())
            norm.InvalidateCache();
    }

    /// <summary>Equal up to a share of the largest expected value.</summary>
    public static void AssertClose(Tensor expected, Tensor actual, double tolerance, string name = "tensor")
    {
        using var guard = no_grad();
        Assert.Equal(expected.shape, actual.shape);
        var (error, scale) = ((Fp64(expected) - Fp64(actual)).abs().max().ToDouble(), Fp64(expected).abs().max().ToDouble());
        Assert.True(error <= tolerance * scale, $"{name}: {error} apart, of {scale}.");
    }

    /// <summary>Root mean square of the difference, by that of what is expected.</summary>
    public static double Distance(Tensor expected, Tensor actual) => ((Fp64(expected) - Fp64(actual)).norm() / Fp64(expected).norm()).ToDouble();

    public void Dispose()
    {
        _root.Dispose();
        _values.Dispose();
        _masters.Dispose();
    }

    private static Tensor Fp64(Tensor tensor) => tensor.detach().to(ScalarType.Float64);

    private sealed class Root() : nn.Module("root");
}
