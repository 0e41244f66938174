using RetinaSharp.Boxes;

namespace RetinaSharp.Inference;

/// <summary>
/// The outputs of a network for one batch, in memory of the engine that is valid until <see cref="IDisposable.Dispose"/>. Levels have the order of
/// <see cref="AnchorGrid.Levels"/>, anchors the order of <see cref="AnchorGrid.Boxes"/>. Concurrent reads are safe.
/// </summary>
public interface IInferenceOutput : IDisposable
{
    /// <summary>Number of pyramid levels.</summary>
    int LevelCount { get; }

    /// <summary>Logits of an image, [H · W · A, K] with K the number of categories; the sigmoid of a logit is the score.</summary>
    /// <param name="level">Index of the pyramid level; 0 is the finest.</param>
    /// <param name="image">Index of the image in the batch.</param>
    LogitSpan Logits(int level, int image);

    /// <summary>Returns the box deltas of an image, [H · W · A].</summary>
    /// <param name="level">Index of the pyramid level; 0 is the finest.</param>
    /// <param name="image">Index of the image in the batch.</param>
    ReadOnlySpan<BoxDelta> Deltas(int level, int image);
}
