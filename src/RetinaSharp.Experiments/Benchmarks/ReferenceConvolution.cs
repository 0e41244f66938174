using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Experiments.Benchmarks;

/// <summary>
/// A large convolution whose throughput is near the machine's peak, as a reference for other timings: 3 × 3 kernel, 256 input and output channels, 128 × 128
/// pixels, by LibTorch.
/// </summary>
public sealed class ReferenceConvolution : IDisposable
{
    private const int Channels = 256;
    private const int Side = 128;
    private const int Kernel = 3;

    private readonly Tensor _input;
    private readonly Tensor _weight;

    /// <summary>Creates input and weight.</summary>
    /// <param name="type">Number type of the computation.</param>
    /// <param name="device">The device.</param>
    public ReferenceConvolution(ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        _input = Ones(type, device, 1, Channels, Side, Side).DetachFromDisposeScope();
        _weight = Ones(type, device, Channels, Channels, Kernel, Kernel).DetachFromDisposeScope();
    }

    /// <summary>Number of floating-point operations of the convolution; a multiply-add counts as two.</summary>
    public const double Operations = 2.0 * Channels * Channels * Kernel * Kernel * Side * Side;

    /// <summary>Computes the convolution once, to its end.</summary>
    public void Run()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        nn.functional.conv2d(_input, _weight, null, padding: [Kernel / 2, Kernel / 2]);
        // A GPU computes after the call has returned.
        if (_input.device_type == TorchSharp.DeviceType.CUDA)
            cuda.synchronize(_input.device);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _input.Dispose();
        _weight.Dispose();
    }

    private static Tensor Ones(ScalarType type, Device device, params long[] shape) => ones(shape, type, device).ChannelsLast();
}
