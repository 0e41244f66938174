using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>How many tensors of TorchSharp are alive: for tests and soaks, which hold it constant.</summary>
public static class TensorCount
{
    private static long _parameters;

    /// <summary>Tensors that were made and not disposed.</summary>
    /// <remarks>
    /// <see cref="Tensor.TotalCount"/> of TorchSharp 0.107 counts the tensor that a parameter is made of for ever, though it is gone; parameters of
    /// <see cref="AsParameter"/> are counted right here.
    /// </remarks>
    public static long Alive => Tensor.TotalCount - Interlocked.Read(ref _parameters);

    /// <summary>A parameter in the memory of a tensor.</summary>
    /// <param name="tensor">The tensor; stays the caller's.</param>
    /// <param name="requiresGrad">Whether gradients are recorded.</param>
    public static Parameter AsParameter(this Tensor tensor, bool requiresGrad)
    {
        using var alias = tensor.detach();
        var parameter = new Parameter(alias, requiresGrad);
        Interlocked.Increment(ref _parameters);
        return parameter;
    }
}
