using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Native;

/// <summary>
/// A node of LibTorch's autograd graph whose backward pass is managed code. It calls the native functions on which TorchSharp's
/// <c>SingleTensorFunction</c> is based. That class is not used because it allocates an empty tensor of each output's size for the lifetime
/// of the node, and terminates the process if a backward pass throws.
/// </summary>
internal abstract unsafe partial class AutogradNode
{
    [ThreadStatic]
    private static ExceptionDispatchInfo? _error;

    private NodeHandle _handle;

    // Gradients that native code copies after Apply returns, but does not free. The next call frees them; freeing them with the node would
    // keep the gradients of a whole graph in memory.
    [ThreadStatic]
    private static nint[]? _returned;

    /// <summary>Runs the backward pass of an autograd graph. Rethrows an exception that the backward pass of a node has thrown.</summary>
    /// <param name="outputs">The tensors that the backward pass starts from.</param>
    /// <param name="gradients">dL/d(output) for each output.</param>
    public static void RunBackward(IList<Tensor> outputs, IList<Tensor> gradients)
    {
        _error = null;
        try
        {
            autograd.backward(outputs, gradients);
        }
        catch (ExternalException) when (_error is not null)
        {
            // LibTorch aborts the backward pass when a node returns too few gradients because it has thrown. Its exception is rethrown
            // below.
        }
        finally
        {
            FreeReturned();
        }

        var error = _error;
        _error = null;
        error?.Throw();
    }

    /// <summary>Computes the gradients of the loss with respect to the inputs of the node.</summary>
    /// <param name="gradients">dL/d(output) for each output; null means zero.</param>
    /// <returns>The gradient for each input that was passed to <see cref="Attach"/>; null for inputs that need no gradient.</returns>
    protected abstract Tensor?[] Backward(Tensor?[] gradients);

    /// <summary>
    /// Frees the tensors that the node kept for the backward pass. The method is also called if the backward pass never runs, and may be
    /// called twice.
    /// </summary>
    protected abstract void Release();

    /// <summary>Makes the node the <c>grad_fn</c> of its outputs.</summary>
    /// <param name="inputs">The inputs of the node, which may require a gradient.</param>
    /// <param name="outputs">The outputs, computed without autograd. They are disposed.</param>
    /// <returns>New tensors with the data of the outputs, and with the node as <c>grad_fn</c>.</returns>
    protected Tensor[] Attach(Tensor[] inputs, Tensor[] outputs)
    {
        var callbacks = Callbacks.Rent(this);
        _handle = THSAutograd_CSharpNode_ctor(callbacks.ApplyPointer, callbacks.DeletePointer);
        try
        {
            var (inputHandles, outputHandles) = (Handles(inputs), Handles(outputs));
            _results = [];
            fixed (nint* input = inputHandles, output = outputHandles)
            {
                var (inputArray, none) = (new TensorArray(input, inputs.Length), new TensorArray(null, 0));
                THSAutograd_CSharpNode_setNextEdges(_handle, inputArray, 1);
                THSAutograd_CSharpNode_clearInputMetadata(_handle);
                THSAutograd_Function_wrapOutputs(inputArray, none, none, new(output, outputs.Length), _handle, &Allocate);
            }

            GC.KeepAlive(inputs);
            foreach (var output in outputs)
                output.Dispose();
            if (_results.Length != outputs.Length)
                throw new TorchOperatorException("An autograd node could not be attached to its outputs.");
            return Array.ConvertAll(_results, Tensor.UnsafeCreateTensor);
        }
        finally
        {
            _results = [];
            // From here on only the outputs keep the node alive.
            THSAutograd_CSharpNode_disposeSharedPtr(_handle);
            _handle.Shared = 0;
        }
    }

    private static nint[] Handles(Tensor[] tensors) => Array.ConvertAll(tensors, tensor => tensor.Handle);

    private TensorArray Apply(nint* gradients, int count)
    {
        FreeReturned();
        try
        {
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            var outputGradients = new Tensor?[count];
            for (var i = 0; i < count; i++)
                outputGradients[i] = gradients[i] == 0 ? null : Tensor.UnsafeCreateTensor(gradients[i]);
            var results = Backward(outputGradients);
            _returned = GC.AllocateArray<nint>(results.Length, pinned: true);
            for (var i = 0; i < results.Length; i++)
                _returned[i] = results[i]?.DetachFromDisposeScope().DecoupleFromNativeHandle() ?? 0;
            return new((nint*)Marshal.UnsafeAddrOfPinnedArrayElement(_returned, 0), _returned.Length);
        }
        catch (Exception error)
        {
            _error = ExceptionDispatchInfo.Capture(error);
            return default;
        }
        finally
        {
            Release();
        }
    }

    private void Delete()
    {
        Release();
        THSAutograd_CSharpNode_disposeWeakPtr(_handle);
    }

    private static void FreeReturned()
    {
        foreach (var gradient in _returned ?? [])
            if (gradient != 0)
                THSTensor_dispose(gradient);
        _returned = null;
    }

    [ThreadStatic]
    private static nint[]? _results;

    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static nint* Allocate(nuint length)
    {
        _results = GC.AllocateArray<nint>((int)length, pinned: true);
        return (nint*)Marshal.UnsafeAddrOfPinnedArrayElement(_results, 0);
    }

    /// <summary>
    /// The function pointers that native code calls for a node. They are pooled: marshaling new delegates for each node would leave native
    /// memory to the finalizer, twice per convolution and training step.
    /// </summary>
    private sealed class Callbacks
    {
        // Keeps the delegates alive: the garbage collector does not see references from native code.
        private static readonly List<Callbacks> All = [];
        private static readonly Stack<Callbacks> Idle = [];

        private readonly ApplyFunction _apply;
        private readonly DeleteFunction _delete;
        private AutogradNode? _node;

        private Callbacks()
        {
            _apply = (gradients, count) => _node!.Apply(gradients, count);
            _delete = Return;
            (ApplyPointer, DeletePointer) = (Marshal.GetFunctionPointerForDelegate(_apply), Marshal.GetFunctionPointerForDelegate(_delete));
        }

        private delegate TensorArray ApplyFunction(nint* gradients, int count);

        private delegate void DeleteFunction();

        public nint ApplyPointer { get; }

        public nint DeletePointer { get; }

        /// <summary>
        /// Takes callbacks for a node from the pool, or creates them. They return to the pool when native code deletes the node.
        /// </summary>
        public static Callbacks Rent(AutogradNode node)
        {
            lock (All)
            {
                if (!Idle.TryPop(out var callbacks))
                    All.Add(callbacks = new());
                callbacks._node = node;
                return callbacks;
            }
        }

        private void Return()
        {
            _node!.Delete();
            lock (All)
            {
                _node = null;
                Idle.Push(this);
            }
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TensorArray(nint* tensors, long count)
    {
        public readonly nint* Tensors = tensors;
        public readonly long Count = count;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct NodeHandle
    {
        public nint Shared;
        public nint Weak;
    }

    [DllImport(NativeLibraries.TorchSharp)]
    private static extern NodeHandle THSAutograd_CSharpNode_ctor(nint apply, nint delete);

    [DllImport(NativeLibraries.TorchSharp)]
    private static extern void THSAutograd_CSharpNode_disposeSharedPtr(NodeHandle node);

    [DllImport(NativeLibraries.TorchSharp)]
    private static extern void THSAutograd_CSharpNode_disposeWeakPtr(NodeHandle node);

    [DllImport(NativeLibraries.TorchSharp)]
    private static extern void THSAutograd_CSharpNode_setNextEdges(NodeHandle node, TensorArray inputs, byte isExecutable);

    [DllImport(NativeLibraries.TorchSharp)]
    private static extern void THSAutograd_CSharpNode_clearInputMetadata(NodeHandle node);

    [DllImport(NativeLibraries.TorchSharp)]
    private static extern void THSAutograd_Function_wrapOutputs(
        TensorArray inputs, TensorArray nonDifferentiable, TensorArray dirty, TensorArray outputs, NodeHandle node, delegate* unmanaged[Cdecl]<nuint, nint*> allocate);

    [DllImport(NativeLibraries.TorchSharp)]
    private static extern void THSTensor_dispose(nint tensor);
}
