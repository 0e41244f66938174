using System.Runtime.InteropServices;
using TorchSharp;

namespace RetinaSharp.Kernels.Native;

/// <summary>
/// The part of LibTorch's stable C ABI (torch/csrc/inductor/aoti_torch/c and torch/csrc/stable/c of LibTorch 2.10) that this package uses.
/// <see cref="torch.Tensor.Handle"/> is an <c>AtenTensorHandle</c>, and <see cref="torch.Tensor.UnsafeCreateTensor"/> owns one that is returned.
/// All functions but those for parallel loops return 0, or another number with the reason lost.
/// </summary>
internal static unsafe partial class StableAbi
{
    /// <summary>Encoding of the stack of <see cref="torch_call_dispatcher"/>: LibTorch 2.10.</summary>
    public const ulong Version = 0x020a_0000_0000_0000;

    [LibraryImport(NativeLibraries.Torch)]
    public static partial int aoti_torch_get_data_ptr(nint tensor, out nint data);

    [LibraryImport(NativeLibraries.Torch)]
    public static partial int aoti_torch_new_tensor_handle(nint tensor, out nint copy);

    [LibraryImport(NativeLibraries.Torch)]
    public static partial int aoti_torch_delete_tensor_object(nint tensor);

    [LibraryImport(NativeLibraries.Torch)]
    public static partial int torch_new_list_reserve_size(nuint size, out nint list);

    [LibraryImport(NativeLibraries.Torch)]
    public static partial int torch_list_push_back(nint list, ulong value);

    /// <summary>Any operator by name. The stack holds the arguments and then the results; tensors on it are owned by the callee.</summary>
    [LibraryImport(NativeLibraries.Torch, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int torch_call_dispatcher(string op, string overload, ulong* stack, ulong version);

    /// <summary>oneDNN's convolution with bias and a pointwise function ("none", "relu") in one pass. Takes plain or reordered weights.</summary>
    [LibraryImport(NativeLibraries.Torch)]
    public static partial int aoti_torch_cpu_mkldnn__convolution_pointwise(
        nint x, nint w, nint* bias, long* padding, long paddingLength, long* stride, long strideLength, long* dilation, long dilationLength, long groups,
        byte* attribute, double** scalars, long scalarsLength, byte** algorithm, out nint result);

    /// <summary>oneDNN's convolution with bias, sum and a pointwise function in one pass; the result takes the place of <paramref name="other"/>.</summary>
    [LibraryImport(NativeLibraries.Torch)]
    public static partial int aoti_torch_cpu_mkldnn__convolution_pointwise_binary_(
        nint other, nint x, nint w, nint* bias, long* padding, long paddingLength, long* stride, long strideLength, long* dilation, long dilationLength, long groups,
        byte* binary, double* alpha, byte** unary, double** unaryScalars, long unaryScalarsLength, byte** unaryAlgorithm, out nint result);

    /// <summary>Gradients of a convolution; the mask says which of those of input, weight and bias are wanted.</summary>
    [LibraryImport(NativeLibraries.Torch)]
    public static partial int aoti_torch_cpu_convolution_backward(
        nint gradient, nint x, nint w, long** biasSizes, long biasSizesLength, long* stride, long strideLength, long* padding, long paddingLength, long* dilation, long dilationLength,
        int transposed, long* outputPadding, long outputPaddingLength, long groups, int* mask, long maskLength, out nint dx, out nint dw, out nint db);

    /// <summary>A loop on the threads of LibTorch's operators.</summary>
    [LibraryImport(NativeLibraries.Torch)]
    public static partial int torch_parallel_for(long begin, long end, long grain, delegate* unmanaged[Cdecl]<long, long, void*, void> body, void* context);
}
