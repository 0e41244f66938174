using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference;

/// <summary>Runs a detection network. <see cref="ObjectDetector"/> decodes, scales and batches images before, and postprocesses the outputs.</summary>
public interface IInferenceEngine : IDisposable
{
    /// <summary>Categories, anchors, input size and inference settings of the network.</summary>
    DetectionModel Model { get; }

    /// <summary>Maximum number of concurrent calls of <see cref="Run"/>, from 1. Constant.</summary>
    int MaxConcurrency { get; }

    /// <summary>
    /// Normalizes a batch and runs the network on it. A detector calls this method on dedicated threads that live as long as the detector. The method may
    /// block, and an engine may use thread-local state.
    /// </summary>
    /// <param name="batch">Pixels as uint8 [N, H, W, 3], and the size of each image without padding. Valid until the output is disposed.</param>
    /// <returns>Outputs of all pyramid levels. The caller disposes them, on any thread.</returns>
    IInferenceOutput Run(ImageBatch batch);
}
