using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference;

/// <summary>Runs a detection network. <see cref="ObjectDetector"/> does everything before and after it.</summary>
public interface IInferenceEngine : IDisposable
{
    /// <summary>What the network needs and returns.</summary>
    DetectionModel Model { get; }

    /// <summary>Calls of <see cref="Run"/> that may be in progress at the same time, from 1. It does not change.</summary>
    int MaxConcurrency { get; }

    /// <summary>
    /// Normalizes a batch and runs the network on it. A detector calls it on threads of its own, which live as long as the detector, so that it
    /// may block, and an engine may keep state by thread.
    /// </summary>
    /// <param name="batch">uint8 [N, H, W, 3], with each image's own size; valid until the output is disposed.</param>
    /// <returns>The outputs of all pyramid levels; the caller disposes them, on any thread.</returns>
    IInferenceOutput Run(ImageBatch batch);
}
