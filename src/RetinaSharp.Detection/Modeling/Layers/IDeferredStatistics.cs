using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>
/// A module whose running statistics are updated after the forward pass, by a separate call. In training, replicas of the network process shards (parts) of a
/// batch concurrently, in one or several processes, and share the running statistics, so that an update in the forward pass would be a race. The statistics of
/// all shards are applied one after the other, in the order of the shards.
/// </summary>
public interface IDeferredStatistics
{
    /// <summary>
    /// Returns the statistics of the batches since the last call, in their order. The number and shapes of the tensors depend on the module and the number of batches
    /// only. The caller disposes them.
    /// </summary>
    IReadOnlyList<Tensor> TakeStatistics();

    /// <summary>Updates the running statistics.</summary>
    /// <param name="statistics">Statistics that this module, or its replica in another process, has returned from <see cref="TakeStatistics"/>.</param>
    void UpdateRunningStats(IReadOnlyList<Tensor> statistics);
}
