using RetinaSharp.Boxes;

namespace RetinaSharp.Inference;

/// <summary>
/// The outputs of a network for one batch, in the engine's own memory, which is valid until it is disposed. Levels are in the order of
/// <see cref="AnchorGrid.Levels"/>, anchors in that of <see cref="AnchorGrid.Boxes"/>. It may be read by several threads.
/// </summary>
public interface IInferenceOutput : IDisposable
{
    /// <summary>Number of pyramid levels.</summary>
    int LevelCount { get; }

    /// <summary>Logits of an image, [H · W · A, K] with K the number of categories; the sigmoid of a logit is the score.</summary>
    /// <param name="level">Index of the pyramid level, from the finest.</param>
    /// <param name="image">Index of the image in the batch.</param>
    LogitSpan Logits(int level, int image);

    /// <summary>Box deltas of an image, [H · W · A].</summary>
    /// <param name="level">Index of the pyramid level, from the finest.</param>
    /// <param name="image">Index of the image in the batch.</param>
    ReadOnlySpan<BoxDelta> Deltas(int level, int image);
}
