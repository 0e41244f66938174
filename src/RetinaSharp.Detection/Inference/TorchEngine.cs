using RetinaSharp.Detection.Modeling;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Inference;

/// <summary>An inference engine that runs a network with LibTorch. Thread-safe as long as the weights do not change.</summary>
/// <param name="network">The network, in evaluation mode.</param>
/// <param name="model">Categories, anchors, input size and inference settings of the network.</param>
/// <param name="threads">Number of threads of LibTorch's operators, from 1.</param>
/// <param name="observe">Called with each batch and the network's outputs before postprocessing; null: not used.</param>
/// <param name="owned">Objects that are disposed with the engine.</param>
internal sealed class TorchEngine(
    RetinaNet network, DetectionModel model, int threads, Action<ImageBatch, LevelOutput[]>? observe = null, params IReadOnlyList<IDisposable> owned) : IInferenceEngine
{
    /// <inheritdoc/>
    public DetectionModel Model => model;

    /// <inheritdoc/>
    public int MaxConcurrency { get; init; } = 1;

    /// <inheritdoc/>
    public IInferenceOutput Run(ImageBatch batch)
    {
        // LibTorch's number of threads is thread-local, and another engine may have set it on the calling thread.
        var before = LibTorch.Threads;
        if (before != threads)
            LibTorch.Threads = threads;
        try
        {
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            var outputs = network.call(Preprocessing.Input(batch, network));
            observe?.Invoke(batch, outputs);
            return TorchOutput.Create(outputs, model.Categories.Count);
        }
        finally
        {
            if (before != threads)
                LibTorch.Threads = before;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var one in owned)
            one.Dispose();
    }
}
