using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>The tensors of a checkpoint, whole: master weights, EMA weights and optimizer state.</summary>
/// <param name="entries">The tensors, fp32, with unique names.</param>
/// <param name="copies">Those of them that are copies, which this object owns.</param>
internal sealed class CheckpointTensors(IReadOnlyList<(string Name, Tensor Tensor)> entries, IReadOnlyList<Tensor> copies) : IDisposable
{
    /// <summary>The tensors with their names.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> Entries => entries;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var copy in copies)
            copy.Dispose();
    }
}
