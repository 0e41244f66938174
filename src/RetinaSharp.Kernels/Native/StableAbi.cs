using System.Runtime.InteropServices;
using TorchSharp;

namespace RetinaSharp.Kernels.Native;

/// <summary>
/// The functions of LibTorch's stable C ABI that this package uses (torch/csrc/inductor/aoti_torch/c and torch/csrc/stable/c of LibTorch
/// 2.10). <see cref="torch.Tensor.Handle"/> is an <c>AtenTensorHandle</c>; <see cref="torch.Tensor.UnsafeCreateTensor"/> takes ownership of
/// a returned handle. All functions except <see cref="torch_parallel_for"/> return 0 on success; otherwise the reason is not available.
/// </summary>
internal static unsafe partial class StableAbi
{
    /// <summary>
    /// The ABI version, that of LibTorch 2.10. It determines how <see cref="torch_call_dispatcher"/> encodes values on its stack.
    /// </summary>
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

    /// <summary>
    /// Calls any LibTorch operator by name. The stack holds the arguments before the call and the results after it. The callee owns the
    /// tensors on the stack.
    /// </summary>
    [LibraryImport(NativeLibraries.Torch, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int torch_call_dispatcher(string op, string overload, ulong* stack, ulong version);

    /// <summary>
    /// Computes a oneDNN convolution, fused with bias and a pointwise function ("none" or "relu"). The weight may be plain or reordered.
    /// </summary>
    [LibraryImport(NativeLibraries.Torch)]
    public static partial int aoti_torch_cpu_mkldnn__convolution_pointwise(
        nint x, nint w, nint* bias, long* padding, long paddingLength, long* stride, long strideLength, long* dilation, long dilationLength, long groups,
        byte* attribute, double** scalars, long scalarsLength, byte** algorithm, out nint result);

    /// <summary>
    /// Computes a oneDNN convolution, fused with bias, the addition of <paramref name="other"/> and a pointwise function. The result
    /// overwrites <paramref name="other"/>.
    /// </summary>
    [LibraryImport(NativeLibraries.Torch)]
    public static partial int aoti_torch_cpu_mkldnn__convolution_pointwise_binary_(
        nint other, nint x, nint w, nint* bias, long* padding, long paddingLength, long* stride, long strideLength, long* dilation, long dilationLength, long groups,
        byte* binary, double* alpha, byte** unary, double** unaryScalars, long unaryScalarsLength, byte** unaryAlgorithm, out nint result);

    /// <summary>Computes the gradients of a convolution. <paramref name="mask"/> selects which: input, weight, bias.</summary>
    [LibraryImport(NativeLibraries.Torch)]
    public static partial int aoti_torch_cpu_convolution_backward(
        nint gradient, nint x, nint w, long** biasSizes, long biasSizesLength, long* stride, long strideLength, long* padding, long paddingLength, long* dilation, long dilationLength,
        int transposed, long* outputPadding, long outputPaddingLength, long groups, int* mask, long maskLength, out nint dx, out nint dw, out nint db);

    /// <summary>Makes a GPU the current one of the calling thread, until the guard is deleted.</summary>
    [LibraryImport(NativeLibraries.Torch)]
    public static partial int aoti_torch_create_device_guard(int index, out nint guard);

    [LibraryImport(NativeLibraries.Torch)]
    public static partial int aoti_torch_delete_device_guard(nint guard);

    /// <summary>Runs a parallel loop on the threads that LibTorch's operators use.</summary>
    [LibraryImport(NativeLibraries.Torch)]
    public static partial int torch_parallel_for(long begin, long end, long grain, delegate* unmanaged[Cdecl]<long, long, void*, void> body, void* context);
}
