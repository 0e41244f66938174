using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Options of a network module: data type, training mode and frozen parts.</summary>
/// <param name="Type">Data type of the computation: fp32, bf16, or fp64 in tests.</param>
/// <param name="IsTraining">Whether gradients are recorded and batch norm uses the batch's statistics.</param>
/// <param name="FrozenParts">Number of backbone parts that are not trained, starting with the stem, 0 to 5. Used in training only.</param>
public readonly record struct NetworkOptions(ScalarType Type = ScalarType.Float32, bool IsTraining = false, int FrozenParts = 0)
{
    /// <summary>Index of the training shard that uses the network. Only the network of shard 0 shares the buffers of custom modules.</summary>
    public int Shard { get; init; }
}
