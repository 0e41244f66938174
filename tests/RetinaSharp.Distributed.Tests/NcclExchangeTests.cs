using RetinaSharp.Distributed.Native;

namespace RetinaSharp.Distributed.Tests;

// Host memory in place of GPUs, and threads in place of processes: NCCL's own calls are not tried.
public sealed unsafe class NcclExchangeTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Exchange_EachProcessReceivesItsPartFromAll(int processes)
    {
        int[] lengths = [.. Enumerable.Range(1, processes).Select(rank => rank == 2 ? 0 : 3 * rank)];

        var results = ThreadGroup.Run(processes, group =>
        {
            using var exchange = new NcclExchange(group, new HostDevice(), new HostNccl(group));
            var (parts, received, expected) = (Parts(lengths, group.Rank), new byte[lengths[group.Rank] * processes], new byte[lengths[group.Rank] * processes]);
            group.Exchange(parts, lengths, expected);
            fixed (byte* source = parts, target = received)
                exchange.Exchange((nint)source, lengths, (nint)target);
            return (received, expected);
        });

        Assert.All(results, one => Assert.Equal(one.expected, one.received));
        Assert.Contains(results, one => one.received.Length > 0);
    }

    [Fact]
    public void GatherParts_AllProcessesHaveAllParts()
    {
        int[] lengths = [4, 0, 7];

        var results = ThreadGroup.Run(3, group =>
        {
            using var exchange = new NcclExchange(group, new HostDevice(), new HostNccl(group));
            var (parts, expected) = (Parts(lengths, group.Rank), Parts(lengths, group.Rank));
            group.GatherParts(expected, lengths);
            fixed (byte* start = parts)
                exchange.GatherParts((nint)start, lengths);
            return (parts, expected);
        });

        Assert.All(results, one => Assert.Equal(one.expected, one.parts));
    }

    [Fact]
    public void Calls_RunOnTheDeviceAndAreAwaited()
    {
        var device = new HostDevice();
        var nccl = new HostNccl(SingleProcess.Instance);
        var exchange = new NcclExchange(SingleProcess.Instance, device, nccl);
        var parts = new byte[1];
        fixed (byte* start = parts)
            exchange.GatherParts((nint)start, [1]);

        Assert.Equal((2, 2, 1), (device.Entered, device.Left, device.Synchronized));
        Assert.Equal("0 of 1, id 42", nccl.Connected);
        Assert.Equal(HostDevice.Handle, nccl.LastStream);
        exchange.Dispose();
        Assert.True(nccl.IsDisposed);
    }

    [Fact]
    public void Exchange_NcclFailsLater_Throws()
    {
        using var exchange = new NcclExchange(SingleProcess.Instance, new HostDevice(), new HostNccl(SingleProcess.Instance) { Error = new DistributedException("NCCL: remote error") });

        Assert.Throws<DistributedException>(() => exchange.GatherParts(0, []));
    }

    [Fact]
    public void Connect_Fails_LeavesNccl()
    {
        var nccl = new HostNccl(SingleProcess.Instance) { CannotConnect = true };

        Assert.Throws<DistributedException>(() => new NcclExchange(SingleProcess.Instance, new HostDevice(), nccl));
        Assert.True(nccl.IsDisposed);
    }

    private static byte[] Parts(int[] lengths, int rank) => [.. Enumerable.Range(0, lengths.Sum()).Select(i => (byte)((50 * rank) + i))];

    private sealed class HostDevice : IExchangeDevice, IDisposable
    {
        public const nint Handle = 7;

        public nint Stream => Handle;

        public int Entered { get; private set; }

        public int Left { get; private set; }

        public int Synchronized { get; private set; }

        public IDisposable MakeCurrent()
        {
            Entered++;
            return this;
        }

        public void Dispose() => Left++;

        public void Synchronize()
        {
            Assert.Equal(Entered, Left + 1);
            Synchronized++;
        }
    }

    /// <summary>Collects calls like NCCL, and copies host memory through the process group.</summary>
    private sealed class HostNccl(IProcessGroup group) : INccl
    {
        private readonly List<(nint Memory, int Length, int Rank)> _sent = [];
        private readonly List<(nint Memory, int Length, int Rank)> _received = [];
        private readonly List<(nint Memory, int Length, int Rank)> _broadcast = [];
        private bool _isGroup;

        public DistributedException? Error { get; init; }

        public bool CannotConnect { get; init; }

        public string? Connected { get; private set; }

        public nint LastStream { get; private set; }

        public bool IsDisposed { get; private set; }

        public string Version => "fake";

        public byte[] CreateId() => [42];

        public void Connect(byte[] id, int size, int rank) =>
            Connected = CannotConnect ? throw new DistributedException("NCCL: unhandled system error") : $"{rank} of {size}, id {Assert.Single(id)}";

        public void StartGroup() => _isGroup = true;

        public void Send(nint source, long length, int rank, nint stream) => Add(_sent, (source, (int)length, rank), stream);

        public void Receive(nint destination, long length, int rank, nint stream) => Add(_received, (destination, (int)length, rank), stream);

        public void Broadcast(nint memory, long length, int rank, nint stream) => Add(_broadcast, (memory, (int)length, rank), stream);

        public void EndGroup()
        {
            if (group.Any(_sent.Count > 0))
            {
                // Each sends at most one message to each, without empty ones.
                for (var receiver = 0; receiver < group.Size; receiver++)
                {
                    var sent = _sent.Find(one => one.Rank == receiver);
                    var messages = group.Gather(new Span<byte>((void*)sent.Memory, sent.Length));
                    if (receiver == group.Rank)
                        foreach (var (memory, length, rank) in _received)
                            messages[rank].CopyTo(new Span<byte>((void*)memory, length));
                }
            }

            foreach (var (memory, length, rank) in _broadcast)
                group.Gather(new Span<byte>((void*)memory, length))[rank].CopyTo(new Span<byte>((void*)memory, length));
            _sent.Clear();
            _received.Clear();
            _broadcast.Clear();
            _isGroup = false;
        }

        public void Check()
        {
            if (Error is not null)
                throw Error;
        }

        public void Dispose() => IsDisposed = true;

        private void Add(List<(nint Memory, int Length, int Rank)> calls, (nint Memory, int Length, int Rank) call, nint stream)
        {
            Assert.True(_isGroup);
            Assert.InRange(call.Rank, 0, group.Size - 1);
            calls.Add(call);
            LastStream = stream;
        }
    }
}
