namespace RetinaSharp.Detection.Modeling.Layers;

/// <summary>
/// A module whose running statistics change after the forward passes of all shards of a step, in the order of the shards. They share the
/// statistics' memory and run at the same time, so that an update in the forward pass would be a race.
/// </summary>
public interface IDeferredStatistics
{
    /// <summary>Updates running statistics by the batches since the last call.</summary>
    void UpdateRunningStats();
}
