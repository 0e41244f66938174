using RetinaSharp.Distributed;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>Copies a tensor of rank 0 to all processes.</summary>
internal static class TensorBroadcast
{
    /// <summary>Copies the values of a tensor.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="tensor">Source in rank 0, destination elsewhere; of the same shape and data type, fp32 or bf16.</param>
    public static void Run(IProcessGroup group, Tensor tensor)
    {
        if (group.Size == 1)
            return;
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        // Layouts may differ between the processes.
        var copy = tensor.cpu().contiguous();
        group.Broadcast(TensorBytes.Of(copy));
        if (group.Rank > 0)
            tensor.copy_(copy);
    }
}
