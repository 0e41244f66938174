namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>
/// A module whose running statistics are updated after the forward pass, by a separate call. In training, replicas of the network process shards (parts) of a
/// batch concurrently and share the running statistics, so that an update in the forward pass would be a race. The replicas are updated one after the other,
/// in the order of the shards.
/// </summary>
public interface IDeferredStatistics
{
    /// <summary>Updates the running statistics with the statistics of all batches since the last call.</summary>
    void UpdateRunningStats();
}
