using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>How a network computes.</summary>
/// <param name="Type">Type in which it computes: fp32, bf16, or fp64 in tests.</param>
/// <param name="IsTraining">Whether gradients are recorded and batch norm uses the batch's statistics.</param>
/// <param name="FrozenParts">In training, parts of the backbone that are not trained, from the stem on, 0 to 5.</param>
public readonly record struct NetworkOptions(ScalarType Type = ScalarType.Float32, bool IsTraining = false, int FrozenParts = 0)
{
    /// <summary>Index of the training shard that the network is for. Buffers of an application's modules are shared by shard 0 alone.</summary>
    public int Shard { get; init; }
}
