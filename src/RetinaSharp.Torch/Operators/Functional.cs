using System.Diagnostics;
using RetinaSharp.Torch.Modules;
using RetinaSharp.Torch.Native;

namespace RetinaSharp.Torch;

/// <summary>The operators of neural networks that are used here, under PyTorch's names.</summary>
public static class Functional
{
    private static readonly Operator ConvolutionOperator = new("aten::conv2d");
    private static readonly Operator BatchNormOperator = new("aten::batch_norm");
    private static readonly Operator GroupNormOperator = new("aten::group_norm");
    private static readonly Operator MaxPoolOperator = new("aten::max_pool2d");
    private static readonly Operator PadOperator = new("aten::constant_pad_nd");
    private static readonly Operator NearestOperator = new("aten::upsample_nearest2d");

    private static readonly long[] One = [1, 1];

    private static readonly Lazy<bool> Float32Kernels = new(() => HasKernels(ScalarType.Float32));
    private static readonly Lazy<bool> BFloat16Kernels = new(() => HasKernels(ScalarType.BFloat16));

    /// <summary>Convolution of [N, C, H, W] with [O, C / groups, kH, kW].</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="weight">[O, C, kH, kW].</param>
    /// <param name="bias">[O], or none.</param>
    /// <param name="stride">Step in both directions.</param>
    /// <param name="padding">Zeros added at every side.</param>
    public static Tensor Conv2d(Tensor input, Tensor weight, Tensor? bias, int stride = 1, int padding = 0) =>
        ConvolutionOperator.Call(input, weight, bias, stride == 1 ? One : [stride, stride], new long[] { padding, padding }, One, 1L);

    /// <summary>
    /// Whether <see cref="FusedConv2d(PackedWeights, Tensor, Tensor, Tensor?, int, int, Epilogue)"/> can be asked of a tensor: it is in the processor's memory, and there are kernels for its type. Of one without memory it can
    /// be asked too: it then makes the kernel, and a result without memory.
    /// </summary>
    internal static bool HasFusedConvolution(Tensor input) =>
        input.Device is { IsCpu: true } or { IsMeta: true } && (input.Type == ScalarType.BFloat16 ? BFloat16Kernels.Value : input.Type == ScalarType.Float32 && Float32Kernels.Value);

    /// <summary>Convolution and what follows it as one node of the graph; all is dense, channels-last.</summary>
    internal static Tensor FusedConv2d(PackedWeights packed, Tensor input, Tensor weight, Tensor? bias, int stride, int padding, Epilogue epilogue) =>
        FusedConv2d(packed, [input], weight, bias, stride, padding, epilogue)[0];

    /// <summary>The same for maps of different sizes, which share what is done with the weights. A residual is for a single one.</summary>
    internal static Tensor[] FusedConv2d(PackedWeights packed, ReadOnlySpan<Tensor> inputs, Tensor weight, Tensor? bias, int stride, int padding, Epilogue epilogue)
    {
        Debug.Assert(epilogue.Residual is null || inputs.Length == 1, "A sum needs one term for each map.");
        var handles = new nint[inputs.Length];
        var outputs = new nint[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
            handles[i] = inputs[i].Handle;
        var status = NativeMethods.rt_convolution(
            packed, handles, handles.Length, weight.Handle, bias?.Handle ?? 0, epilogue.Residual?.Handle ?? 0, epilogue.Overwrites ? 1 : 0, stride, padding, epilogue.Rectifies ? 1 : 0, outputs);
        // Bare handles do not keep their tensors.
        foreach (var input in inputs)
            GC.KeepAlive(input);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        GC.KeepAlive(epilogue.Residual);
        if (status != 0)
            throw new TorchException($"convolution({string.Join<Tensor>(", ", inputs.ToArray())}, {weight}, {bias}, {epilogue.Residual}, stride {stride}, padding {padding}): {Shim.Error()}");
        return Array.ConvertAll(outputs, output => new Tensor(output));
    }

    /// <summary>Batch normalisation over N, H and W.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C].</param>
    /// <param name="runningMean">[C]; moved towards the batch's mean in training.</param>
    /// <param name="runningVariance">[C]; moved towards the batch's variance in training.</param>
    /// <param name="training">Whether the batch's own mean and variance are used.</param>
    /// <param name="momentum">Share of the batch in the running values.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static Tensor BatchNorm(Tensor input, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance, bool training, double momentum, double epsilon) =>
        BatchNormOperator.Call(input, weight, bias, runningMean, runningVariance, training, momentum, epsilon, true);

    /// <summary>Group normalisation over the channels of a group, H and W.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="groups">Number of groups; divides C.</param>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static Tensor GroupNorm(Tensor input, int groups, Tensor weight, Tensor bias, double epsilon) =>
        input.Device.IsMeta ? input.EmptyLike() : GroupNormOperator.Call(input, (long)groups, weight, bias, epsilon, true);

    /// <summary>Largest element of each window.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="kernel">Side of the window.</param>
    /// <param name="stride">Step.</param>
    /// <param name="padding">Added at every side; never the largest.</param>
    public static Tensor MaxPool2d(Tensor input, int kernel, int stride, int padding) =>
        MaxPoolOperator.Call(input, new long[] { kernel, kernel }, new long[] { stride, stride }, new long[] { padding, padding });

    /// <summary>Adds zeros around a tensor.</summary>
    /// <param name="input">Any tensor.</param>
    /// <param name="widths">How many before and behind, in pairs, beginning with the last dimension.</param>
    public static Tensor Pad(Tensor input, params long[] widths) => PadOperator.Call(input, widths);

    /// <summary>Makes [N, C, H, W] as high and wide as given, by the nearest element.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="height">New height.</param>
    /// <param name="width">New width.</param>
    public static Tensor UpsampleNearest(Tensor input, long height, long width) => NearestOperator.Call(input, new[] { height, width });

    private static bool HasKernels(ScalarType type)
    {
        Shim.EnsureLoaded();
        return NativeMethods.rt_has_convolution((int)type) != 0;
    }
}
