using RetinaSharp.Kernels.Native;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>Runs the backward pass of autograd graphs that may contain nodes of this package.</summary>
public static class Autograd
{
    /// <summary>
    /// Computes the gradients of the loss with respect to the leaves of the graph, adds them to the <c>grad</c> of the leaves, and frees
    /// the graph.
    /// </summary>
    /// <param name="outputs">The tensors that the backward pass starts from, usually only the loss.</param>
    /// <param name="gradients">dL/d(output) for each output, with the shape and type of the output.</param>
    /// <exception cref="ArgumentException">The numbers of outputs and gradients differ.</exception>
    /// <exception cref="TorchOperatorException">A kernel failed in the backward pass.</exception>
    public static void Backward(IList<Tensor> outputs, IList<Tensor> gradients)
    {
        if (outputs.Count != gradients.Count)
            throw new ArgumentException($"There are {outputs.Count} outputs, but {gradients.Count} gradients.", nameof(gradients));
        AutogradNode.RunBackward(outputs, gradients);
    }
}
