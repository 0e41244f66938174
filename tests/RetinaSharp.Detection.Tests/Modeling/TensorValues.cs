using RetinaSharp.Detection.Modeling;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Modeling;

/// <summary>Elements of tensors in C order, whatever their type and memory format.</summary>
internal static class TensorValues
{
    public static float[] ToArray(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float32).contiguous().Elements<float>().ToArray();
    }

    /// <summary>The tensors of a network by name.</summary>
    public static Dictionary<string, float[]> Read(this NetworkState state) => state.Entries.ToDictionary(entry => entry.Name, entry => entry.Tensor.ToArray());

    public static Tensor Create(IEnumerable<float> values, params ReadOnlySpan<long> shape) => TensorMemory.Create<float>([.. values], ScalarType.Float32, shape);

    public static void Fill(this Tensor tensor, ReadOnlySpan<float> values)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        tensor.copy_(TensorMemory.Create(values, ScalarType.Float32, tensor.shape));
    }
}
