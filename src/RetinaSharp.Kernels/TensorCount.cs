using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>Counts the TorchSharp tensors that are alive, to detect leaks in tests.</summary>
public static class TensorCount
{
    private static long _parameters;

    /// <summary>Number of tensors that were created and not yet disposed.</summary>
    /// <remarks>
    /// TorchSharp 0.107's <see cref="Tensor.TotalCount"/> is never decremented for the tensor from which a parameter is created. Parameters
    /// that <see cref="AsParameter"/> creates are counted correctly here.
    /// </remarks>
    public static long Alive => Tensor.TotalCount - Interlocked.Read(ref _parameters);

    /// <summary>Creates a parameter that shares the memory of a tensor.</summary>
    /// <param name="tensor">The tensor; the caller keeps ownership.</param>
    /// <param name="requiresGrad">Whether autograd records operations on the parameter.</param>
    public static Parameter AsParameter(this Tensor tensor, bool requiresGrad)
    {
        using var alias = tensor.detach();
        var parameter = new Parameter(alias, requiresGrad);
        Interlocked.Increment(ref _parameters);
        return parameter;
    }
}
