using RetinaSharp.Detection.Modeling;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Inference;

/// <summary>Runs a network by LibTorch. Safe for concurrent callers while the weights do not change.</summary>
/// <param name="network">The network, in evaluation mode.</param>
/// <param name="model">What it needs and returns.</param>
/// <param name="threads">Threads of LibTorch's operators, from 1.</param>
/// <param name="observe">Receives each batch, and the outputs of the network as they are.</param>
/// <param name="owned">What is disposed with the engine.</param>
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
        // LibTorch keeps the number of threads by thread, and the calling one may be another's.
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
