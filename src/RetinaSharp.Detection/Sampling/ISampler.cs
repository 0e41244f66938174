using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;

namespace RetinaSharp.Detection.Sampling;

/// <summary>Selects the anchors that contribute to the classification loss. Called concurrently for different shards, so it must be thread-safe.</summary>
public interface ISampler
{
    /// <summary>
    /// Whether the number of sampled positives depends on the network's outputs. If so, the shards of a step wait for each other before the backward
    /// pass, because the loss is normalized by the positives sampled in all of them.
    /// </summary>
    bool DependsOnOutputs { get; }

    /// <summary>Counts the positives that <see cref="Sample"/> will keep. Called only if <see cref="DependsOnOutputs"/> is false.</summary>
    /// <param name="targets">Targets of the batch.</param>
    int CountPositives(BatchTargets targets);

    /// <summary>Selects anchors and labels all others as ignored, with <see cref="LevelTargets.Keep"/>.</summary>
    /// <param name="outputs">Logits and box deltas per pyramid level.</param>
    /// <param name="targets">Targets of the batch; labels of anchors that are not selected are overwritten.</param>
    /// <param name="imageNumber">Maps the index of an image in the batch to its number in the run, which seeds random draws.</param>
    /// <param name="threads">Number of threads to use; 0 for one per core.</param>
    /// <returns>Number of positives kept.</returns>
    int Sample(IReadOnlyList<LevelOutput> outputs, BatchTargets targets, Func<int, long> imageNumber, int threads = 0);
}
