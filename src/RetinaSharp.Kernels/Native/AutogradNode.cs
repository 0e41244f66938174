using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Native;

/// <summary>
/// A node of LibTorch's autograd graph whose backward pass is managed code. It uses the native functions behind TorchSharp's
/// <c>SingleTensorFunction</c>, which itself makes an empty tensor of each output's size for the life of the node, and ends
/// the process when a backward pass throws.
/// </summary>
internal abstract unsafe partial class AutogradNode
{
    [ThreadStatic]
    private static ExceptionDispatchInfo? _error;

    private NodeHandle _handle;

    // Gradients that native code copies once Apply has returned, but does not free. Freed by the next call: at the node's end, all of a graph would be held.
    [ThreadStatic]
    private static nint[]? _returned;

    /// <summary>Runs the backward pass of a graph; an exception of a node's backward pass comes out as it was thrown.</summary>
    /// <param name="outputs">Where it starts.</param>
    /// <param name="gradients">Gradient of each.</param>
    public static void RunBackward(IList<Tensor> outputs, IList<Tensor> gradients)
    {
        _error = null;
        try
        {
            autograd.backward(outputs, gradients);
        }
        catch (ExternalException) when (_error is not null)
        {
            // LibTorch ends a backward pass where a node that has thrown returns too few gradients. The cause is thrown below.
        }
        finally
        {
            FreeReturned();
        }

        var error = _error;
        _error = null;
        error?.Throw();
    }

    /// <summary>Computes the gradients of the inputs and frees what it has kept.</summary>
    /// <param name="gradients">Of each output; null: zero.</param>
    /// <returns>Of each input that was given to <see cref="Attach"/>; null where none is wanted.</returns>
    protected abstract Tensor?[] Backward(Tensor?[] gradients);

    /// <summary>Frees what was kept for the backward pass. Called again after it, and where it never takes place.</summary>
    protected abstract void Release();

    /// <summary>Makes the node the origin of tensors.</summary>
    /// <param name="inputs">The inputs that may want a gradient.</param>
    /// <param name="outputs">The outputs, computed without a graph; they are disposed.</param>
    /// <returns>The outputs with the node as their origin.</returns>
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
            // From here on only the outputs hold the node.
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
            var given = new Tensor?[count];
            for (var i = 0; i < count; i++)
                given[i] = gradients[i] == 0 ? null : Tensor.UnsafeCreateTensor(gradients[i]);
            var results = Backward(given);
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
    /// The functions that native code calls for a node. They are used again: a delegate that is marshaled for each node would leave native memory to the
    /// finalizer, twice a convolution in every step.
    /// </summary>
    private sealed class Callbacks
    {
        // Native code has no reference that the garbage collector knows.
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

        /// <summary>Functions for a node, until native code deletes it.</summary>
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
