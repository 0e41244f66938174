namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>
/// A module whose running statistics are updated after the forward passes of all shards of a step, in the order of the shards. The shards share the
/// running statistics and run concurrently, so that an update in the forward pass would be a race.
/// </summary>
public interface IDeferredStatistics
{
    /// <summary>Updates the running statistics with the batches since the last call.</summary>
    void UpdateRunningStats();
}
