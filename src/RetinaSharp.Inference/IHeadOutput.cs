using RetinaSharp.Boxes;

namespace RetinaSharp.Inference;

/// <summary>
/// The outputs of a network's heads for one batch, in memory of the engine that is valid until <see cref="IDisposable.Dispose"/> is called. Levels
/// are in the order of <see cref="AnchorGrid.Levels"/>, anchors in the order of <see cref="AnchorGrid.Boxes"/>. Concurrent reads are safe.
/// </summary>
public interface IHeadOutput : IInferenceOutput
{
    /// <summary>Number of pyramid levels.</summary>
    int LevelCount { get; }

    /// <summary>
    /// Returns the logits of an image at a pyramid level, [H · W · A, K], where A is the number of anchors per position and K the number of
    /// categories. The sigmoid of a logit is the score.
    /// </summary>
    /// <param name="level">Index of the pyramid level; 0 is the finest.</param>
    /// <param name="image">Index of the image in the batch.</param>
    LogitSpan Logits(int level, int image);

    /// <summary>
    /// Returns the outputs of the regression head for an image at a pyramid level, [H · W · A, R], where A is the number of anchors per position and R the
    /// number of outputs that <see cref="DetectionModel.BoxOutputs"/> describes.
    /// </summary>
    /// <param name="level">Index of the pyramid level; 0 is the finest.</param>
    /// <param name="image">Index of the image in the batch.</param>
    ReadOnlySpan<float> BoxOutputs(int level, int image);
}
