using System.Runtime.CompilerServices;
using RetinaSharp.Torch.Native;

namespace RetinaSharp.Torch;

/// <content>Plain memory in and out.</content>
public sealed unsafe partial class Tensor
{
    /// <summary>A tensor of zeros.</summary>
    /// <param name="type">Type of the elements.</param>
    /// <param name="device">Where it lives.</param>
    /// <param name="shape">Sizes by dimension.</param>
    public static Tensor Zeros(ScalarType type, Device device, params ReadOnlySpan<long> shape) => Create(null, type, device, shape);

    /// <summary>A tensor with a copy of the given elements.</summary>
    /// <typeparam name="T">Their type: float, double, int, long, byte, bool, or a struct of two bytes that holds a bfloat16.</typeparam>
    /// <param name="elements">In C order.</param>
    /// <param name="device">Where it shall live.</param>
    /// <param name="shape">Sizes by dimension.</param>
    /// <exception cref="ArgumentException">The shape does not have as many elements, or there is no tensor of their type.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> elements, Device device, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        var count = 1L;
        foreach (var size in shape)
            count *= size;
        if (count != elements.Length)
            throw new ArgumentException($"{elements.Length} elements do not fill a tensor of {count}.", nameof(elements));
        fixed (T* first = elements)
            return Create(first, TypeOf<T>(), device, shape);
    }

    /// <summary>A tensor of memory that is filled already, which it frees.</summary>
    /// <param name="elements">From <see cref="System.Runtime.InteropServices.NativeMemory.AlignedAlloc"/>, at 64 bytes; the tensor's from now on, unless this throws.</param>
    /// <param name="channelsLast">Whether [N, C, H, W] lies there as [N, H, W, C]; otherwise all is in C order.</param>
    /// <param name="shape">Sizes by dimension.</param>
    public static Tensor Adopt(float* elements, bool channelsLast, params ReadOnlySpan<long> shape)
    {
        Shim.EnsureLoaded();
        fixed (long* sizes = shape)
        {
            Shim.Check(NativeMethods.rt_adopt(elements, sizes, shape.Length, channelsLast ? 1 : 0, out var handle), "adopt a tensor");
            return new(handle);
        }
    }

    /// <summary>
    /// The elements themselves, in C order, without a copy; valid until the tensor is freed. Writing there is writing to the
    /// tensor, behind autograd's back.
    /// </summary>
    /// <typeparam name="T">Type of the elements.</typeparam>
    /// <exception cref="TorchException">The tensor is not contiguous, or not in the processor's memory.</exception>
    /// <exception cref="InvalidOperationException">Its elements have another size.</exception>
    public Span<T> Data<T>()
        where T : unmanaged
    {
        if (SizeOf(Type) != sizeof(T))
            throw new InvalidOperationException($"Elements of {Type} are not {typeof(T).Name}.");
        Shim.Check(NativeMethods.rt_data(Handle, out var data));
        return new((void*)data, checked((int)Count));
    }

    /// <summary>A copy of the elements, from whatever device and layout, as single precision.</summary>
    public float[] ToArray()
    {
        using var scope = new TensorScope();
        return To(Device.Cpu, ScalarType.Float32).Contiguous().Data<float>().ToArray();
    }

    private static Tensor Create(void* elements, ScalarType type, Device device, ReadOnlySpan<long> shape)
    {
        Shim.EnsureLoaded();
        fixed (long* sizes = shape)
        {
            Shim.Check(NativeMethods.rt_create(elements, sizes, shape.Length, (int)type, device.ToString(), out var handle), "create a tensor");
            return new(handle);
        }
    }

    private static ScalarType TypeOf<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            return ScalarType.Float32;
        if (typeof(T) == typeof(double))
            return ScalarType.Float64;
        if (typeof(T) == typeof(int))
            return ScalarType.Int32;
        if (typeof(T) == typeof(long))
            return ScalarType.Int64;
        if (typeof(T) == typeof(byte))
            return ScalarType.UInt8;
        if (typeof(T) == typeof(bool))
            return ScalarType.Bool;
        // .NET's own types of two bytes are all something else.
        if (Unsafe.SizeOf<T>() == 2 && typeof(T).Assembly != typeof(Half).Assembly)
            return ScalarType.BFloat16;
        throw new ArgumentException($"There is no tensor of {typeof(T).Name}.");
    }

    private static int SizeOf(ScalarType type) => type switch
    {
        ScalarType.UInt8 or ScalarType.Bool => 1,
        ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        _ => 8,
    };
}
