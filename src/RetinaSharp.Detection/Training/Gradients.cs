using RetinaSharp.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>The gradients of a step, summed over its shards and accumulated batches, in their order.</summary>
/// <param name="shards">For each shard the parameters that are trained, all in one order.</param>
internal sealed class Gradients(Parameter[][] shards) : IDisposable
{
    private readonly Tensor?[] _sums = new Tensor?[shards[0].Length];

    /// <summary>The sums, in the order of the parameters: of the type of the backward pass, or fp32 where there was more than one term. A parameter without a gradient has zeros.</summary>
    public IReadOnlyList<Tensor> Sums => [.. _sums.Select((sum, i) => sum ?? (_sums[i] = zeros_like(shards[0][i], requires_grad: false).DetachFromDisposeScope()))];

    /// <summary>Adds what the backward passes left in the parameters, and takes it from them.</summary>
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
            // Sums in bf16 do not learn.
            kept = sum.to(ScalarType.Float32).DetachFromDisposeScope();
            sum.Dispose();
        }

        kept!.AddInPlace(gradient);
    }
}
