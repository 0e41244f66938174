using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;

namespace RetinaSharp.Detection.Sampling;

/// <summary>
/// Selects the anchors that contribute to the classification loss. Called concurrently for different parts of a batch, so implementations must be
/// thread-safe.
/// </summary>
public interface ISampler
{
    /// <summary>
    /// Whether the number of sampled positives depends on the network's outputs. The classification loss is divided by the number of positives sampled in the
    /// whole step. If this number depends on the outputs, the shards of the step (parts of its batch, which run concurrently) wait for each other between the
    /// forward and the backward pass.
    /// </summary>
    bool DependsOnOutputs { get; }

    /// <summary>Counts the positive anchors of a batch that <see cref="Sample"/> will keep. Called only if <see cref="DependsOnOutputs"/> is false.</summary>
    /// <param name="targets">Targets of the batch.</param>
    int CountPositives(BatchTargets targets);

    /// <summary>
    /// Selects the anchors of a batch that contribute to the classification loss. Labels all other anchors as ignored, by calling
    /// <see cref="LevelTargets.IgnoreUnsampled"/>.
    /// </summary>
    /// <param name="outputs">Logits and box deltas of each pyramid level, finest first.</param>
    /// <param name="targets">Targets of the batch; labels of anchors that are not selected are overwritten.</param>
    /// <param name="imageNumber">
    /// Maps the index of an image in the batch to its position in the training run, or in the validation set. Random draws for the image are seeded with this
    /// position.
    /// </param>
    /// <param name="threads">Number of threads to use; 0: one per core.</param>
    /// <returns>Number of positive anchors kept.</returns>
    int Sample(IReadOnlyList<LevelOutput> outputs, BatchTargets targets, Func<int, long> imageNumber, int threads = 0);
}
