using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference;

/// <summary>
/// Runs a detection network on batches of images. <see cref="ObjectDetector"/> decodes, scales and batches the images and postprocesses the
/// outputs of the network.
/// </summary>
public interface IInferenceEngine : IDisposable
{
    /// <summary>Categories, anchors, input size and inference settings of the network.</summary>
    DetectionModel Model { get; }

    /// <summary>Maximum number of concurrent calls of <see cref="Run"/>, at least 1. The value must not change.</summary>
    int MaxConcurrency { get; }

    /// <summary>
    /// Whether images of a batch may have different padded sizes, each within the size of the batch. Otherwise a detector makes batches of images of equal
    /// padded size only.
    /// </summary>
    bool SupportsMixedSizes => true;

    /// <summary>
    /// Normalizes the pixels of a batch and runs the network on them. A detector calls this method on dedicated threads, which live as long
    /// as the detector. The method may block, and an engine may use thread-local state.
    /// </summary>
    /// <param name="batch">
    /// The batch: pixels as uint8 [N, H, W, 3], and the size of each image without padding. It is valid until the output is disposed.
    /// </param>
    /// <returns>The outputs of the heads, or detections. The caller disposes them, on any thread.</returns>
    IInferenceOutput Run(ImageBatch batch);
}
