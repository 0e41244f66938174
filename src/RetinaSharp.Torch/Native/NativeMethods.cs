using System.Runtime.InteropServices;

namespace RetinaSharp.Torch.Native;

/// <summary>The raw imports of native/torch; <see cref="Shim"/> is the safe way to them.</summary>
internal static unsafe partial class NativeMethods
{
    public const string Library = "retinasharp_torch";

    [LibraryImport(Library)]
    public static partial int rt_abi_version();

    [LibraryImport(Library)]
    public static partial byte* rt_error();

    [LibraryImport(Library)]
    public static partial byte* rt_torch_version();

    [LibraryImport(Library)]
    public static partial int rt_set_threads(int count);

    [LibraryImport(Library)]
    public static partial int rt_threads();

    [LibraryImport(Library)]
    public static partial int rt_cuda_devices(out int count);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rt_find_operator(string name, string overload, out nint op);

    [LibraryImport(Library)]
    public static partial int rt_call(nint op, Value* arguments, int argumentCount, Value* results, int capacity, out int resultCount);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rt_create(void* data, long* shape, int dimensions, int type, string device, out nint tensor);

    [LibraryImport(Library)]
    public static partial void rt_release(nint tensor);

    [LibraryImport(Library)]
    public static partial long rt_alive();

    [LibraryImport(Library)]
    public static partial int rt_data(nint tensor, out nint data);

    [LibraryImport(Library)]
    public static partial int rt_dimensions(nint tensor);

    [LibraryImport(Library)]
    public static partial void rt_shape(nint tensor, long* shape);

    [LibraryImport(Library)]
    public static partial int rt_type(nint tensor);

    [LibraryImport(Library)]
    public static partial int rt_device(nint tensor, byte* text, int capacity);

    [LibraryImport(Library)]
    public static partial int rt_requires_grad(nint tensor);

    [LibraryImport(Library)]
    public static partial int rt_set_requires_grad(nint tensor, int on);

    [LibraryImport(Library)]
    public static partial int rt_gradient(nint tensor, out nint gradient);

    [LibraryImport(Library)]
    public static partial int rt_clear_gradient(nint tensor);

    [LibraryImport(Library)]
    public static partial int rt_backward(nint* outputs, nint* gradients, int count);

    [LibraryImport(Library)]
    public static partial int rt_adopt(float* data, long* shape, int dimensions, int channelsLast, out nint handle);

    [LibraryImport(Library)]
    public static partial int rt_sgd(nint weights, nint gradients, nint values, nint velocity, long start, long count, double factor, double momentum, double decay, double rate);

    [LibraryImport(Library)]
    public static partial int rt_adamw(
        nint weights, nint gradients, nint values, nint mean, nint square, long start, long count, double factor, double kept, double beta1, double beta2, double epsilon, double rate);

    [LibraryImport(Library)]
    public static partial int rt_approach(nint averages, nint weights, long start, long count, double share);

    [LibraryImport(Library)]
    public static partial int rt_squares(nint gradients, long start, long count, out double sum);

    [LibraryImport(Library)]
    public static partial int rt_grad_mode();

    [LibraryImport(Library)]
    public static partial int rt_set_grad_mode(int on);

    [LibraryImport(Library)]
    public static partial int rt_has_convolution(int type);

    [LibraryImport(Library)]
    public static partial long rt_kernels_made();

    [LibraryImport(Library)]
    public static partial void rt_use_huge_pages(int use);

    [LibraryImport(Library)]
    public static partial int rt_packed_create(out nint packed);

    [LibraryImport(Library)]
    public static partial int rt_packed_forget(nint packed);

    [LibraryImport(Library)]
    public static partial void rt_packed_release(nint packed);

    [LibraryImport(Library)]
    public static partial int rt_convolution(
        PackedWeights packed, ReadOnlySpan<nint> inputs, long count, nint weight, nint bias, nint residual, int overwrite, long stride, long padding, int rectify, Span<nint> outputs);
}
