using System.Runtime.InteropServices;
using RetinaSharp.Kernels.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// LibTorch's oneDNN convolutions, fused with bias, sum and ReLU, without autograd. These are the operators that torch.compile (Inductor)
/// generates calls to.
/// </summary>
internal static unsafe class OneDnn
{
    private static readonly Lazy<bool> Available = new(() =>
    {
        LibTorch.EnsureLoaded();
        return NativeLibrary.TryLoad(NativeLibraries.Torch, typeof(torch).Assembly, null, out var library)
            && NativeLibrary.TryGetExport(library, nameof(StableAbi.aoti_torch_cpu_mkldnn__convolution_pointwise), out _);
    });

    /// <summary>Whether LibTorch was built with oneDNN, which the ARM packages are not.</summary>
    public static bool IsAvailable => Available.Value;

    /// <summary>Whether oneDNN is available and computes correct results on this CPU.</summary>
    public static bool IsReliable => IsAvailable && CpuFeatures.ReportsCaches;

    /// <summary>Computes conv(x, w) + b, followed by ReLU if <paramref name="relu"/> is set.</summary>
    public static Tensor Forward(Tensor x, Tensor w, Tensor? b, int stride, int padding, bool relu)
    {
        var sizes = stackalloc long[] { padding, padding, stride, stride, 1, 1 };
        var bias = b?.Handle ?? 0;
        byte nothing = 0;
        var algorithm = &nothing;
        fixed (byte* attribute = relu ? "relu"u8 : "none"u8)
        {
            var status = StableAbi.aoti_torch_cpu_mkldnn__convolution_pointwise(
                x.Handle, w.Handle, b is null ? null : &bias, sizes, 2, sizes + 2, 2, sizes + 4, 2, 1, attribute, null, 0, &algorithm, out var result);
            return Result(status, "mkldnn::_convolution_pointwise", result, x, w, b);
        }
    }

    /// <summary>Computes conv(x, w) + b + y, followed by ReLU if <paramref name="relu"/> is set. The result overwrites y.</summary>
    public static Tensor ForwardInto(Tensor y, Tensor x, Tensor w, Tensor? b, int stride, int padding, bool relu)
    {
        var sizes = stackalloc long[] { padding, padding, stride, stride, 1, 1 };
        var bias = b?.Handle ?? 0;
        fixed (byte* add = "add"u8, name = "relu"u8)
        {
            var unary = name;
            var alpha = 1.0;
            byte nothing = 0;
            var algorithm = &nothing;
            var status = StableAbi.aoti_torch_cpu_mkldnn__convolution_pointwise_binary_(
                y.Handle, x.Handle, w.Handle, b is null ? null : &bias, sizes, 2, sizes + 2, 2, sizes + 4, 2, 1, add, &alpha, relu ? &unary : null, null, 0, &algorithm, out var result);
            return Result(status, "mkldnn::_convolution_pointwise_.binary", result, x, w, b, y);
        }
    }

    /// <summary>
    /// Computes dX, the gradient of the loss with respect to x, for y = conv(x, w). <paramref name="gradient"/> is dL/dy.
    /// </summary>
    public static Tensor InputGradient(Tensor gradient, Tensor x, Tensor w, int stride, int padding) => Backward(gradient, x, w, stride, padding, needsInput: true);

    /// <summary>
    /// Computes dW, the gradient of the loss with respect to w, for y = conv(x, w). <paramref name="gradient"/> is dL/dy.
    /// </summary>
    public static Tensor WeightGradient(Tensor gradient, Tensor x, Tensor w, int stride, int padding) => Backward(gradient, x, w, stride, padding, needsInput: false);

    private static Tensor Backward(Tensor gradient, Tensor x, Tensor w, int stride, int padding, bool needsInput)
    {
        var sizes = stackalloc long[] { padding, padding, stride, stride, 1, 1, 0, 0 };
        var mask = stackalloc int[] { needsInput ? 1 : 0, needsInput ? 0 : 1, 0 };
        var status = StableAbi.aoti_torch_cpu_convolution_backward(
            gradient.Handle, x.Handle, w.Handle, null, 0, sizes + 2, 2, sizes, 2, sizes + 4, 2, 0, sizes + 6, 2, 1, mask, 3, out var dx, out var dw, out var db);
        if (status != 0)
            throw new TorchOperatorException($"aten::convolution_backward({Describe(gradient, x, w)}) failed.");
        GC.KeepAlive(gradient);
        GC.KeepAlive(x);
        GC.KeepAlive(w);
        // The handle of an undefined tensor must be freed too.
        Free(db);
        Free(needsInput ? dw : dx);
        return Tensor.UnsafeCreateTensor(needsInput ? dx : dw);
    }

    /// <summary>Reorders a weight into the blocked layout that oneDNN's kernels read for inputs of a given shape.</summary>
    public static Tensor Reorder(Tensor w, int stride, int padding, long[] inputShape)
    {
        var stack = stackalloc ulong[6];
        if (StableAbi.aoti_torch_new_tensor_handle(w.Handle, out var weight) != 0)
            throw new TorchOperatorException("aoti_torch_new_tensor_handle failed.");
        (stack[0], stack[1], stack[2], stack[3], stack[4]) = ((ulong)weight, List(padding, padding), List(stride, stride), List(1, 1), 1);
        // On the stack an optional is a pointer, which the callee frees.
        var size = (ulong*)NativeMemory.Alloc(sizeof(ulong));
        *size = List(inputShape);
        stack[5] = (ulong)size;
        return StableAbi.torch_call_dispatcher("mkldnn::_reorder_convolution_weight", "", stack, StableAbi.Version) == 0
            ? Tensor.UnsafeCreateTensor((nint)stack[0])
            : throw new TorchOperatorException($"mkldnn::_reorder_convolution_weight({Describe(w)}) failed.");
    }

    /// <summary>Returns the description of the layout of a reordered weight. Descriptions of equal layouts are equal.</summary>
    public static byte[] GetLayout(Tensor reordered)
    {
        var stack = stackalloc ulong[1];
        if (StableAbi.aoti_torch_new_tensor_handle(reordered.Handle, out var weight) != 0)
            throw new TorchOperatorException("aoti_torch_new_tensor_handle failed.");
        stack[0] = (ulong)weight;
        if (StableAbi.torch_call_dispatcher("mkldnn::_get_mkldnn_serialized_md", "", stack, StableAbi.Version) != 0)
            throw new TorchOperatorException($"mkldnn::_get_mkldnn_serialized_md({Describe(reordered)}) failed.");
        using var description = Tensor.UnsafeCreateTensor((nint)stack[0]);
        return description.Elements<byte>().ToArray();
    }

    private static ulong List(params ReadOnlySpan<long> values)
    {
        if (StableAbi.torch_new_list_reserve_size((nuint)values.Length, out var list) != 0)
            throw new TorchOperatorException("torch_new_list_reserve_size failed.");
        foreach (var value in values)
            _ = StableAbi.torch_list_push_back(list, (ulong)value);
        return (ulong)list;
    }

    private static Tensor Result(int status, string name, nint result, params ReadOnlySpan<Tensor?> arguments)
    {
        foreach (var argument in arguments)
            GC.KeepAlive(argument);
        return status == 0 ? Tensor.UnsafeCreateTensor(result) : throw new TorchOperatorException($"{name}({Describe(arguments)}) failed.");
    }

    private static void Free(nint handle)
    {
        if (handle != 0)
            _ = StableAbi.aoti_torch_delete_tensor_object(handle);
    }

    private static string Describe(params ReadOnlySpan<Tensor?> tensors) => string.Join(", ", tensors.ToArray().Select(TensorMemory.Describe));
}
