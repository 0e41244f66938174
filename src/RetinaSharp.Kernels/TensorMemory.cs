using RetinaSharp.Kernels.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>Access to the memory and the memory format of tensors.</summary>
public static unsafe class TensorMemory
{
    /// <summary>Returns the elements of a CPU tensor in memory order, without a copy.</summary>
    /// <typeparam name="T">A type with the size of the tensor's elements; for bf16, any struct of two bytes.</typeparam>
    /// <param name="tensor">
    /// A dense tensor, that is, contiguous in some order of its dimensions. It must stay alive while the span is used.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The element size differs from that of <typeparamref name="T"/>, or the tensor is not on the CPU.
    /// </exception>
    public static Span<T> Elements<T>(this Tensor tensor)
        where T : unmanaged
    {
        if (tensor.ElementSize != sizeof(T))
            throw new ArgumentException($"Elements of type {tensor.dtype} cannot be accessed as {typeof(T).Name}.", nameof(tensor));
        if (tensor.device_type != DeviceType.CPU)
            throw new ArgumentException($"The tensor is on {tensor.device}, not on the CPU.", nameof(tensor));
        return new(Pointer(tensor), checked((int)tensor.NumberOfElements));
    }

    /// <summary>Creates a CPU tensor with a copy of the elements.</summary>
    /// <param name="elements">The elements in row-major (C) order.</param>
    /// <param name="type">The element type of the tensor, with the size of <typeparamref name="T"/>.</param>
    /// <param name="shape">The shape of the tensor.</param>
    /// <exception cref="ArgumentException">
    /// The number of elements does not match the shape, or the element size does not match the type.
    /// </exception>
    public static Tensor Create<T>(ReadOnlySpan<T> elements, ScalarType type, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        LibTorch.EnsureLoaded();
        var tensor = empty(shape, type);
        try
        {
            var target = tensor.Elements<T>();
            if (target.Length != elements.Length)
                throw new ArgumentException($"{elements.Length} elements do not match {Describe(tensor)}.", nameof(elements));
            elements.CopyTo(target);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Returns the tensor in the memory format channels-last (NHWC): an alias if it already has that format, otherwise a copy.
    /// </summary>
    /// <param name="tensor">The tensor [N, C, H, W].</param>
    public static Tensor ChannelsLast(this Tensor tensor)
    {
        if (IsChannelsLast(tensor))
            return tensor.alias();
        using var rows = tensor.permute(0, 2, 3, 1);
        using var contiguous = rows.contiguous();
        // Not permuted back: with one pixel or one channel both formats have the same memory, and LibTorch would keep the strides of the
        // other format.
        return contiguous.as_strided(tensor.shape, ChannelsLastStrides(tensor.shape));
    }

    /// <summary>
    /// Returns whether a tensor has the strides of channels-last, also in dimensions of size 1, which LibTorch's own check ignores.
    /// oneDNN's fused bf16 kernels fail if LibTorch takes one operand as contiguous and the other as channels-last.
    /// </summary>
    /// <param name="tensor">The tensor [N, C, H, W].</param>
    public static bool IsChannelsLast(this Tensor tensor) => tensor.stride().AsSpan().SequenceEqual(ChannelsLastStrides(tensor.shape));

    private static long[] ChannelsLastStrides(long[] shape) => [shape[1] * shape[2] * shape[3], 1, shape[1] * shape[3], shape[1]];

    /// <summary>Returns the address of a tensor's first element in the memory of its device, which is valid while the tensor is alive.</summary>
    /// <param name="tensor">The tensor.</param>
    public static nint Address(this Tensor tensor) => (nint)Pointer(tensor);

    /// <summary>Returns the address of the tensor's first element.</summary>
    internal static void* Pointer(Tensor tensor)
    {
        if (StableAbi.aoti_torch_get_data_ptr(tensor.Handle, out var data) != 0)
            throw new TorchOperatorException($"The memory of {Describe(tensor)} cannot be accessed.");
        GC.KeepAlive(tensor);
        return (void*)data;
    }

    /// <summary>Returns a text with the type and shape of a tensor, for messages; "none" for null.</summary>
    internal static string Describe(Tensor? tensor) => tensor is null ? "none" : $"{tensor.dtype}[{string.Join(", ", tensor.shape)}]";
}
