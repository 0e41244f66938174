using RetinaSharp.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// The gradients of a training step, summed over the replicas of the model and the accumulated batches, in a fixed order, so that results are reproducible.
/// Each replica processes a shard (a part) of a batch, and its parameters have their own gradients.
/// </summary>
/// <param name="shards">Trained parameters of each replica, all in the same order.</param>
internal sealed class GradientSums(Parameter[][] shards)
{
    private readonly Tensor?[] _sums = new Tensor?[shards[0].Length];

    /// <summary>
    /// Returns the summed gradient of each parameter, in the order of the parameters; zeros for a parameter without a gradient. bf16 gradients are summed in fp32; a
    /// gradient that is not summed with another keeps its data type.
    /// </summary>
    public IReadOnlyList<Tensor> GetSums() => [.. _sums.Select((sum, i) => sum ?? (_sums[i] = zeros_like(shards[0][i], requires_grad: false).DetachFromDisposeScope()))];

    /// <summary>Adds the gradients of all replicas to the sums, and sets the gradients of their parameters to null.</summary>
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

    /// <summary>Frees the sums, so that the next step starts from zero.</summary>
    public void Clear()
    {
        foreach (var sum in _sums)
            sum?.Dispose();
        Array.Clear(_sums);
    }

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
