using RetinaSharp.Distributed;
using RetinaSharp.Kernels;
using RetinaSharp.Kernels.Optimizers;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Shares the trained tensors between processes: each owns an equal part of all elements. It adds up the gradients of its part, updates it, and sends the new weights to the
/// others, as in stage 1 of ZeRO (Rajbhandari et al., arXiv 1910.02054). Gradients are added in one process, in fp32 and in the order of the ranks, so that the sums do not
/// depend on the MPI library, and travel in the data type in which they were computed.
/// </summary>
internal sealed class TensorPartition : IDisposable
{
    private readonly IProcessGroup _group;
    private readonly IDeviceExchange? _devices;
    private readonly IReadOnlyList<Tensor> _layouts;
    private readonly TensorSlice[][] _slices;
    private readonly Dictionary<(string Use, ScalarType Type), Tensor> _buffers = [];

    /// <summary>Splits tensors.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="tensors">Dense tensors with the shapes and strides of those that are to be shared, such as the master weights. The caller keeps ownership.</param>
    /// <param name="devices">Exchanges the memory of the tensors' device, which the caller keeps; null: a copy in host memory is exchanged.</param>
    public TensorPartition(IProcessGroup group, IReadOnlyList<Tensor> tensors, IDeviceExchange? devices = null)
    {
        (_group, _layouts, _devices) = (group, tensors, devices);
        _slices = TensorSlice.Split([.. tensors.Select(tensor => tensor.numel())], group.Size, GradientNorm.BlockElements);
    }

    /// <summary>The slices of this process, in the order of the tensors.</summary>
    public IReadOnlyList<TensorSlice> Own => _slices[_group.Rank];

    /// <summary>Returns a slice as a tensor of one dimension that shares its memory. The caller takes ownership.</summary>
    /// <param name="tensor">A tensor of this layout.</param>
    /// <param name="slice">The slice.</param>
    public static Tensor View(Tensor tensor, TensorSlice slice) => tensor.as_strided([slice.Count], [1], tensor.storage_offset() + slice.Start);

    /// <summary>Adds up the gradients of all processes for the slices of this one.</summary>
    /// <param name="gradients">The gradients of this process, of any strides.</param>
    /// <param name="types">Data type in which each gradient is sent: fp32 or bf16; the same in all processes.</param>
    /// <returns>The sums for <see cref="Own"/>, in fp32. The caller takes ownership; they may share memory that the next call overwrites.</returns>
    public Tensor[] Sum(IReadOnlyList<Tensor> gradients, IReadOnlyList<ScalarType> types)
    {
        using var guard = no_grad();
        var sums = new Tensor[Own.Count];
        foreach (var flat in Flatten(types))
        {
            using var scope = NewDisposeScope();
            var sent = Buffer("sent", flat.Type, flat.Count);
            foreach (var tensor in flat.Tensors)
                Whole(sent, flat, tensor).copy_(gradients[tensor]);
            var received = Buffer("received", flat.Type, flat.OwnCount * _group.Size);
            if (_devices is null)
                _group.Exchange(TensorBytes.Of(sent), flat.Lengths, TensorBytes.Of(received));
            else
                _devices.Exchange(sent.Address(), flat.Lengths, received.Address());
            var sum = Buffer($"sum of {flat.Type}", ScalarType.Float32, flat.OwnCount).copy_(received.narrow(0, 0, flat.OwnCount));
            for (var rank = 1; rank < _group.Size; rank++)
                sum.add_(received.narrow(0, rank * flat.OwnCount, flat.OwnCount));
            foreach (var (i, slice) in Own.Index())
                if (flat.Offsets.TryGetValue(slice.Tensor, out var offset))
                    sums[i] = sum.narrow(0, offset + slice.Start - flat.OwnStart, slice.Count).to(_layouts[slice.Tensor].device).DetachFromDisposeScope();
        }

        return sums;
    }

    /// <summary>Completes tensors whose slices of <see cref="Own"/> are up to date in this process.</summary>
    /// <param name="tensors">fp32 or bf16 tensors of this layout.</param>
    public void Gather(IReadOnlyList<Tensor> tensors)
    {
        using var guard = no_grad();
        foreach (var flat in Flatten([.. tensors.Select(tensor => tensor.dtype)]))
        {
            using var scope = NewDisposeScope();
            var parts = Buffer("gathered", flat.Type, flat.Count);
            foreach (var slice in Own)
                if (flat.Offsets.TryGetValue(slice.Tensor, out var offset))
                    parts.narrow(0, offset + slice.Start, slice.Count).copy_(View(tensors[slice.Tensor], slice));
            if (_devices is null)
                _group.GatherParts(TensorBytes.Of(parts), flat.Lengths);
            else
                _devices.GatherParts(parts.Address(), flat.Lengths);
            var owned = Own.Where(slice => slice.Count == tensors[slice.Tensor].numel()).Select(slice => slice.Tensor).ToHashSet();
            foreach (var tensor in flat.Tensors.Where(tensor => !owned.Contains(tensor)))
                tensors[tensor].copy_(Whole(parts, flat, tensor));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _buffers.Values)
            buffer.Dispose();
        _buffers.Clear();
    }

    /// <summary>Returns a tensor's part of a flat buffer, with the tensor's shape and strides.</summary>
    private Tensor Whole(Tensor buffer, Flat flat, int tensor) => buffer.as_strided(_layouts[tensor].shape, _layouts[tensor].stride(), flat.Offsets[tensor]);

    /// <summary>Arranges the tensors of each data type one after another, so that the part of each process is contiguous.</summary>
    private IEnumerable<Flat> Flatten(IReadOnlyList<ScalarType> types)
    {
        foreach (var tensors in types.Index().GroupBy(one => one.Item, one => one.Index))
        {
            var offsets = new Dictionary<int, long>();
            var count = 0L;
            foreach (var tensor in tensors)
            {
                offsets.Add(tensor, count);
                count += _layouts[tensor].numel();
            }

            long[] parts = [.. _slices.Select(slices => slices.Where(slice => offsets.ContainsKey(slice.Tensor)).Sum(slice => slice.Count))];
            yield return new(tensors.Key, [.. tensors], offsets, count, parts.Take(_group.Rank).Sum(), parts[_group.Rank],
                [.. parts.Select(part => checked((int)(part * (tensors.Key == ScalarType.BFloat16 ? sizeof(ushort) : sizeof(float)))))]);
        }
    }

    private Tensor Buffer(string use, ScalarType type, long count)
    {
        if (!_buffers.TryGetValue((use, type), out var buffer) || buffer.numel() != count)
        {
            buffer?.Dispose();
            _buffers[(use, type)] = buffer = empty(count, type, _devices is null ? CPU : _layouts[0].device).DetachFromDisposeScope();
        }

        return buffer;
    }

    /// <param name="Type">Data type of the tensors.</param>
    /// <param name="Tensors">Indices of the tensors.</param>
    /// <param name="Offsets">Index of the first element of each tensor.</param>
    /// <param name="Count">Number of elements.</param>
    /// <param name="OwnStart">Index of the first element that this process owns.</param>
    /// <param name="OwnCount">Number of elements that this process owns.</param>
    /// <param name="Lengths">Length of each process's part in bytes.</param>
    private sealed record Flat(ScalarType Type, int[] Tensors, Dictionary<int, long> Offsets, long Count, long OwnStart, long OwnCount, int[] Lengths);
}
