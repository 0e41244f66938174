using RetinaSharp.Distributed.Native;

namespace RetinaSharp.Distributed;

/// <summary>
/// Exchanges the memory of GPUs by NVIDIA's NCCL. The process group connects the processes and watches each operation, so that a process that is lost ends it. NCCL moves bytes
/// and adds nothing: results have the same bits as without it. Not tried on a GPU.
/// </summary>
public sealed class NcclExchange : IDeviceExchange
{
    private readonly IProcessGroup _group;
    private readonly IExchangeDevice _device;
    private readonly INccl _nccl;

    /// <summary>Connects the processes.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="device">The GPU of this process, which no other process of the group uses.</param>
    /// <exception cref="DistributedException">NCCL reports an error.</exception>
    public NcclExchange(IProcessGroup group, IExchangeDevice device)
        : this(group, device, new Nccl())
    {
    }

    internal NcclExchange(IProcessGroup group, IExchangeDevice device, INccl nccl)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(device);
        (_group, _device, _nccl) = (group, device, nccl);
        var id = group.Gather(group.Rank == 0 ? nccl.CreateId() : [])[0];
        try
        {
            group.RunWatched("connection of GPUs", () =>
            {
                using var current = device.MakeCurrent();
                nccl.Connect(id, group.Size, group.Rank);
            });
        }
        catch
        {
            nccl.Dispose();
            throw;
        }
    }

    /// <summary>Whether NCCL 2.12.10 or later (<c>libnccl.so.2</c>) is installed on this machine.</summary>
    public static bool IsAvailable => Nccl.IsAvailable;

    /// <inheritdoc/>
    public string Library => _nccl.Version;

    /// <inheritdoc/>
    public void Exchange(nint parts, ReadOnlySpan<int> lengths, nint received)
    {
        var (all, own) = (lengths.ToArray(), (long)lengths[_group.Rank]);
        Run("exchange between GPUs", () =>
        {
            var sent = parts;
            for (var rank = 0; rank < all.Length; rank++)
            {
                if (all[rank] > 0)
                    _nccl.Send(sent, all[rank], rank, _device.Stream);
                if (own > 0)
                    _nccl.Receive(received + (nint)(rank * own), own, rank, _device.Stream);
                sent += all[rank];
            }
        });
    }

    /// <inheritdoc/>
    public void GatherParts(nint parts, ReadOnlySpan<int> lengths)
    {
        var all = lengths.ToArray();
        Run("gather between GPUs", () =>
        {
            var part = parts;
            for (var rank = 0; rank < all.Length; rank++)
            {
                _nccl.Broadcast(part, all[rank], rank, _device.Stream);
                part += all[rank];
            }
        });
    }

    /// <summary>Leaves the other processes, without waiting for them: they may not have received yet what this one sent.</summary>
    public void Dispose() => _nccl.Dispose();

    private void Run(string operation, Action calls) => _group.RunWatched(operation, () =>
    {
        using var current = _device.MakeCurrent();
        _nccl.StartGroup();
        try
        {
            calls();
        }
        finally
        {
            _nccl.EndGroup();
        }

        // NCCL only enqueues: wait here, where the group watches for processes that do not come.
        _device.Synchronize();
        _nccl.Check();
    });
}
