using RetinaSharp.Distributed;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Adds up gradients over processes. They are copied to flat buffers (buckets), because few large sums are faster than many small ones; a bucket is summed while the next one
/// is filled. The sums have the same bits in every process.
/// </summary>
/// <param name="group">The processes.</param>
/// <param name="type">Data type of the sums: fp32, or bf16 for slow networks, which rounds after each addition.</param>
internal sealed class GradientBuckets(IProcessGroup group, ScalarType type) : IDisposable
{
    // As in PyTorch's DistributedDataParallel.
    private const long MaxBytes = 25 << 20;

    private readonly List<Tensor> _buckets = [];

    /// <summary>Replaces gradients by their sums over all processes, in fp32. On the CPU they share memory with the buckets, which the next call overwrites.</summary>
    /// <param name="gradients">Gradients of this process, as many and of the same shapes as in the others; all must be on one device.</param>
    public void Sum(Tensor[] gradients)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var views = new Tensor[gradients.Length];
        var running = new List<ICollectiveOperation>();
        foreach (var (index, part) in Partition(gradients).Index())
        {
            var count = part.Sum(i => gradients[i].NumberOfElements);
            var bucket = Bucket(index, count);
            var offset = 0L;
            foreach (var i in part)
            {
                var gradient = gradients[i];
                // The memory order of the gradient is kept: the norm of all gradients is summed in it.
                var strides = gradient.is_contiguous() || (gradient.dim() == 4 && gradient.IsChannelsLast()) ? gradient.stride() : gradient.contiguous().stride();
                views[i] = bucket.as_strided(gradient.shape, strides, offset);
                views[i].copy_(gradient);
                offset += gradient.NumberOfElements;
            }

            running.Add(group.StartSum(TensorRegion.Create(bucket) with { Count = count }));
        }

        foreach (var sum in running)
            sum.Wait();
        for (var i = 0; i < gradients.Length; i++)
        {
            var device = gradients[i].device;
            gradients[i].Dispose();
            gradients[i] = views[i].to(ScalarType.Float32).to(device).DetachFromDisposeScope();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var bucket in _buckets)
            bucket.Dispose();
        _buckets.Clear();
    }

    private IEnumerable<List<int>> Partition(Tensor[] gradients)
    {
        var bytesPerNumber = type == ScalarType.BFloat16 ? sizeof(ushort) : sizeof(float);
        var (part, bytes) = (new List<int>(), 0L);
        foreach (var (i, gradient) in gradients.Index())
        {
            var size = gradient.NumberOfElements * bytesPerNumber;
            if (part.Count > 0 && bytes + size > MaxBytes)
            {
                yield return part;
                (part, bytes) = ([], 0);
            }

            part.Add(i);
            bytes += size;
        }

        if (part.Count > 0)
            yield return part;
    }

    private Tensor Bucket(int index, long count)
    {
        if (index == _buckets.Count)
            _buckets.Add(empty(count, type).DetachFromDisposeScope());
        return _buckets[index];
    }
}
