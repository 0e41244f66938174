using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;

namespace RetinaSharp.Detection.Sampling;

/// <summary>Chooses the anchors that contribute to the classification loss. Called for different shards at the same time.</summary>
public interface ISampler
{
    /// <summary>
    /// Whether the number of sampled positives depends on the network's outputs. The loss is normalized by the sampled positives of the whole step, so
    /// that shards then wait for each other before the backward pass.
    /// </summary>
    bool DependsOnOutputs { get; }

    /// <summary>Number of positives that <see cref="Sample"/> will keep, where that does not depend on the outputs.</summary>
    /// <param name="targets">Targets of a batch.</param>
    int CountPositives(BatchTargets targets);

    /// <summary>Ignores the anchors that are not chosen, by <see cref="LevelTargets.Keep"/>.</summary>
    /// <param name="outputs">Logits and box deltas per pyramid level.</param>
    /// <param name="targets">Targets of the batch, whose labels change.</param>
    /// <param name="imageNumber">Number within the run of an image of the batch, to draw random numbers by.</param>
    /// <param name="threads">Threads to use; 0: one for each core.</param>
    /// <returns>Number of positives that are kept.</returns>
    int Sample(IReadOnlyList<LevelOutput> outputs, BatchTargets targets, Func<int, long> imageNumber, int threads = 0);
}
