using RetinaSharp.Detection.Data;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Gathers the outputs of the network at the positive anchors of a pyramid level.</summary>
internal static class PositiveRows
{
    /// <summary>Creates the indices of the positive anchors, [positives], on a device.</summary>
    public static Tensor Indices(LevelTargets targets, Device device)
    {
        var indices = new long[targets.Positives.Length];
        for (var i = 0; i < indices.Length; i++)
            indices[i] = targets.Positives[i];
        return TensorMemory.Create<long>(indices, ScalarType.Int64, indices.Length).to(device);
    }

    /// <summary>Gathers rows of outputs [N, n, width] as fp32 [rows, width], on the CPU.</summary>
    public static Tensor Gather(Tensor outputs, Tensor indices) =>
        outputs.view(-1, outputs.shape[^1]).index_select(0, indices).to(ScalarType.Float32, CPU).contiguous();
}
