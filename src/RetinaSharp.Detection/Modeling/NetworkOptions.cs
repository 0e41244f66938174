using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Options of a network module: data type, training mode and frozen parts.</summary>
/// <param name="Type">Data type of the computation: fp32, bf16, or fp64 in tests.</param>
/// <param name="IsTraining">Whether gradients are recorded and batch norm uses the batch's statistics.</param>
/// <param name="FrozenParts">Number of frozen backbone parts, 0 to 5: the stem and the stages after it. Used in training only.</param>
public readonly record struct NetworkOptions(ScalarType Type = ScalarType.Float32, bool IsTraining = false, int FrozenParts = 0)
{
    /// <summary>
    /// Index of the network among the replicas that train concurrently, each on one shard (a part) of the batch. Only the network with index 0 shares the
    /// buffers of custom modules with the <see cref="NetworkState"/>; others copy them.
    /// </summary>
    public int Shard { get; init; }
}
