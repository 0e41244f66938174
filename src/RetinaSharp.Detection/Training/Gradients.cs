using RetinaSharp.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>The gradients of a step, summed over its shards and accumulated batches in a fixed order, so that results are reproducible.</summary>
/// <param name="shards">The trained parameters of each shard, in the same order.</param>
internal sealed class Gradients(Parameter[][] shards) : IDisposable
{
    private readonly Tensor?[] _sums = new Tensor?[shards[0].Length];

    /// <summary>The summed gradient of each parameter, in the order of the parameters. The type is that of the backward pass if there was one term, fp32 if there were more. A parameter without a gradient has zeros.</summary>
    public IReadOnlyList<Tensor> Sums => [.. _sums.Select((sum, i) => sum ?? (_sums[i] = zeros_like(shards[0][i], requires_grad: false).DetachFromDisposeScope()))];

    /// <summary>Adds the gradients of all shards to the sums, and sets the gradients of the parameters to null.</summary>
    public void Collect()
    {
        using var guard = no_grad();
        for (var i = 0; i < _sums.Length; i++)
        {
            foreach (var shard in shards)
            {
                using var scope = NewDisposeScope();
                if (shard[i].grad is not { } gradient)
                    continue;
                if (_sums[i] is { } sum)
                    Add(ref _sums[i], sum, gradient);
                else
                    _sums[i] = gradient.detach().DetachFromDisposeScope();
                shard[i].grad = null;
            }
        }
    }

    /// <summary>Frees the sums.</summary>
    public void Clear()
    {
        foreach (var sum in _sums)
            sum?.Dispose();
        Array.Clear(_sums);
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private static void Add(ref Tensor? kept, Tensor sum, Tensor gradient)
    {
        if (sum.dtype == ScalarType.BFloat16)
        {
            // Accumulate in fp32: bf16 sums lose too much precision to train with.
            kept = sum.to(ScalarType.Float32).DetachFromDisposeScope();
            sum.Dispose();
        }

        kept!.AddInPlace(gradient);
    }
}
