using RetinaSharp.Kernels.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>Memory and memory formats of tensors, beyond what TorchSharp shows.</summary>
public static unsafe class TensorMemory
{
    /// <summary>The elements of a tensor on the CPU, as they lie in memory.</summary>
    /// <typeparam name="T">A type of the size of the tensor's elements: for bf16, any struct of two bytes.</typeparam>
    /// <param name="tensor">A dense tensor: contiguous in some order of its dimensions. It has to live as long as the span is used.</param>
    /// <exception cref="ArgumentException">The type has another size, or the tensor is not on the CPU.</exception>
    public static Span<T> Elements<T>(this Tensor tensor)
        where T : unmanaged
    {
        if (tensor.ElementSize != sizeof(T))
            throw new ArgumentException($"Elements of {tensor.dtype} are not {typeof(T).Name}.", nameof(tensor));
        if (tensor.device_type != DeviceType.CPU)
            throw new ArgumentException($"The tensor is on {tensor.device}, not on the CPU.", nameof(tensor));
        return new(Pointer(tensor), checked((int)tensor.NumberOfElements));
    }

    /// <summary>Makes a tensor on the CPU of elements, which are copied.</summary>
    /// <param name="elements">The elements in C order.</param>
    /// <param name="type">Their type; of the size of <typeparamref name="T"/>.</param>
    /// <param name="shape">The shape.</param>
    /// <exception cref="ArgumentException">The shape has another number of elements, or the type another size.</exception>
    public static Tensor Create<T>(ReadOnlySpan<T> elements, ScalarType type, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        LibTorch.EnsureLoaded();
        var tensor = empty(shape, type);
        try
        {
            var target = tensor.Elements<T>();
            if (target.Length != elements.Length)
                throw new ArgumentException($"{elements.Length} elements do not fill a {Describe(tensor)}.", nameof(elements));
            elements.CopyTo(target);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>The tensor with memory format channels-last (NHWC): itself where it has that already.</summary>
    /// <param name="tensor">[N, C, H, W].</param>
    public static Tensor ChannelsLast(this Tensor tensor)
    {
        if (IsChannelsLast(tensor))
            return tensor.alias();
        using var rows = tensor.permute(0, 2, 3, 1);
        using var contiguous = rows.contiguous();
        // Not permuted back: of one pixel or one channel both formats are the same memory, and LibTorch leaves the strides of the other.
        return contiguous.as_strided(tensor.shape, ChannelsLastStrides(tensor.shape));
    }

    /// <summary>
    /// Whether channels are next to each other, then columns, rows, images. It looks at the strides, also of sizes of 1: where LibTorch takes one
    /// operand for contiguous and the other for channels-last, fused kernels of oneDNN for bf16 fail.
    /// </summary>
    /// <param name="tensor">[N, C, H, W].</param>
    public static bool IsChannelsLast(this Tensor tensor) => tensor.stride().AsSpan().SequenceEqual(ChannelsLastStrides(tensor.shape));

    private static long[] ChannelsLastStrides(long[] shape) => [shape[1] * shape[2] * shape[3], 1, shape[1] * shape[3], shape[1]];

    /// <summary>Address of the first element.</summary>
    internal static void* Pointer(Tensor tensor)
    {
        if (StableAbi.aoti_torch_get_data_ptr(tensor.Handle, out var data) != 0)
            throw new TorchOperatorException($"The memory of a {Describe(tensor)} cannot be reached.");
        GC.KeepAlive(tensor);
        return (void*)data;
    }

    /// <summary>Type and shape of a tensor for messages.</summary>
    internal static string Describe(Tensor? tensor) => tensor is null ? "none" : $"{tensor.dtype}[{string.Join(", ", tensor.shape)}]";
}
