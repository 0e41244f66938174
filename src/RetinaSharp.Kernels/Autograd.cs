using RetinaSharp.Kernels.Native;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>Runs the backward pass of graphs that contain autograd nodes of this package.</summary>
public static class Autograd
{
    /// <summary>
    /// Computes the gradients of the outputs with respect to the leaves of the graph, adds them to the leaves' <c>grad</c>, and frees the
    /// graph.
    /// </summary>
    /// <param name="outputs">The tensors to start from, usually the loss.</param>
    /// <param name="gradients">dL/d(output) for each output, of its shape and type.</param>
    /// <exception cref="ArgumentException">The numbers of outputs and gradients differ.</exception>
    /// <exception cref="TorchOperatorException">A kernel failed in the backward pass.</exception>
    public static void Backward(IList<Tensor> outputs, IList<Tensor> gradients)
    {
        if (outputs.Count != gradients.Count)
            throw new ArgumentException($"There are {outputs.Count} outputs, but {gradients.Count} gradients.", nameof(gradients));
        AutogradNode.RunBackward(outputs, gradients);
    }
}
