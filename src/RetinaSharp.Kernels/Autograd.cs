using RetinaSharp.Kernels.Native;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>The backward pass of graphs that have nodes of this package.</summary>
public static class Autograd
{
    /// <summary>Adds the gradients of outputs with respect to the leaves of their graph to the leaves, and frees the graph as it goes.</summary>
    /// <param name="outputs">Where the backward pass starts.</param>
    /// <param name="gradients">The gradient of each, of its shape.</param>
    /// <exception cref="ArgumentException">There is not one gradient for each output.</exception>
    /// <exception cref="TorchOperatorException">A kernel failed.</exception>
    public static void Backward(IList<Tensor> outputs, IList<Tensor> gradients)
    {
        if (outputs.Count != gradients.Count)
            throw new ArgumentException($"{outputs.Count} outputs, but {gradients.Count} gradients.", nameof(gradients));
        AutogradNode.RunBackward(outputs, gradients);
    }
}
