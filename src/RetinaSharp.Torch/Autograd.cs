using RetinaSharp.Torch.Native;

namespace RetinaSharp.Torch;

/// <summary>Gradients: recording, and going back from gradients that were computed outside of the graph.</summary>
public static unsafe class Autograd
{
    /// <summary>
    /// Goes back through the graph from several outputs at once, and adds to the gradients of the leaves. A loss that
    /// is computed outside of LibTorch hands in its own derivative. The graph is freed.
    /// </summary>
    /// <param name="outputs">Results of the graph.</param>
    /// <param name="gradients">Derivative of the loss by each of them, in their shapes and types.</param>
    /// <exception cref="ArgumentException">The lists have different lengths.</exception>
    /// <exception cref="TorchException">LibTorch refused.</exception>
    public static void Backward(IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> gradients)
    {
        if (outputs.Count != gradients.Count)
            throw new ArgumentException($"{outputs.Count} outputs, but {gradients.Count} gradients.", nameof(gradients));
        var handles = stackalloc nint[2 * outputs.Count];
        for (var i = 0; i < outputs.Count; i++)
        {
            handles[i] = outputs[i].Handle;
            handles[outputs.Count + i] = gradients[i].Handle;
        }

        var status = NativeMethods.rt_backward(handles, handles + outputs.Count, outputs.Count);
        // Bare handles do not keep their tensors.
        GC.KeepAlive(outputs);
        GC.KeepAlive(gradients);
        Shim.Check(status, "backward");
    }

    /// <summary>Whether operators of this thread are recorded where a gradient is wanted.</summary>
    public static bool IsRecording
    {
        get
        {
            Shim.EnsureLoaded();
            return NativeMethods.rt_grad_mode() != 0;
        }
    }

    /// <summary>Operators of this thread are not recorded until the result is disposed.</summary>
    public static NoGradient WithoutGradient()
    {
        Shim.EnsureLoaded();
        return new(NativeMethods.rt_set_grad_mode(0));
    }

    /// <summary>Restores recording as it was.</summary>
    public readonly struct NoGradient : IDisposable
    {
        private readonly int _before;

        internal NoGradient(int before) => _before = before;

        /// <inheritdoc/>
        public void Dispose() => NativeMethods.rt_set_grad_mode(_before);
    }
}
