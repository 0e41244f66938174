using System.Diagnostics;
using System.Runtime.InteropServices;
using RetinaSharp.Distributed.Native;

namespace RetinaSharp.Distributed;

/// <summary>
/// Processes that a launcher of MPI (mpirun, srun) started. Works with Open MPI, MPICH and its descendants, and the standard binary interface of MPI 5. Collective operations
/// start when the slowest process has come; the others sleep, because MPI's own waiting would occupy a CPU core each.
/// </summary>
public sealed unsafe class MpiProcessGroup : IProcessGroup
{
    // The launcher may need this long to end the processes after MPI_Abort.
    private static readonly TimeSpan AbortTime = TimeSpan.FromSeconds(3);

    private readonly CommunicationThread _thread = new();
    private readonly Mpi _mpi;
    private readonly MpiOptions _options;
    private readonly Watchdog _watchdog;
    private volatile bool _isJoined;

    /// <summary>Joins the other processes.</summary>
    /// <param name="options">Options; null: the defaults.</param>
    /// <exception cref="DistributedException">There is no MPI library, it does not belong to the launcher, or joining failed.</exception>
    public MpiProcessGroup(MpiOptions? options = null)
    {
        _options = options ?? new();
        _mpi = new(MpiLibrary.Load(_options.Library, LaunchEnvironment.Current));
        // Before joining, because that waits for the others too.
        _watchdog = new(_thread, _options.Patience, GiveUp);
        _watchdog.Start();
        try
        {
            _thread.Run("join", () =>
            {
                _mpi.Initialize();
                _isJoined = true;
                (Rank, Size) = _mpi.Place(_mpi.Constants.World);
                (LocalRank, LocalSize) = _mpi.Place(_mpi.SplitByMachine());
                (Machine, Library) = (_mpi.Machine, _mpi.Version);
            });
            RequireLauncher();
        }
        catch
        {
            _watchdog.Stop();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Rank { get; private set; } = LaunchEnvironment.Current.Rank;

    /// <inheritdoc/>
    public int Size { get; private set; }

    /// <inheritdoc/>
    public int LocalRank { get; private set; }

    /// <inheritdoc/>
    public int LocalSize { get; private set; }

    /// <inheritdoc/>
    public string Machine { get; private set; } = Environment.MachineName;

    /// <summary>Name and version of the MPI library.</summary>
    public string Library { get; private set; } = "";

    /// <inheritdoc/>
    public void Broadcast(Span<byte> memory)
    {
        // A lambda cannot use a fixed pointer; the caller waits within the fixed statement. So in the other operations.
        fixed (byte* start = memory)
        {
            var (address, length) = ((nint)start, memory.Length);
            _thread.Run("broadcast", () =>
            {
                AwaitAll();
                _mpi.Broadcast((void*)address, length);
            });
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Gather(ReadOnlySpan<byte> own)
    {
        var mine = own.ToArray();
        var all = new byte[Size][];
        _thread.Run("gather", () => GatherAll(mine, all));
        return all;
    }

    /// <inheritdoc/>
    public void Exchange(ReadOnlySpan<byte> parts, ReadOnlySpan<int> lengths, Span<byte> received)
    {
        var ownLengths = Enumerable.Repeat(lengths[Rank], Size).ToArray();
        var (sent, sentAt, ownAt) = (lengths.ToArray(), Offsets(lengths), Offsets(ownLengths));
        fixed (byte* from = parts, to = received)
        {
            var (source, target) = ((nint)from, (nint)to);
            _thread.Run("exchange", () =>
            {
                AwaitAll();
                _mpi.AllToAll((void*)source, sent, sentAt, (void*)target, ownLengths, ownAt);
            });
        }
    }

    /// <inheritdoc/>
    public void GatherParts(Span<byte> parts, ReadOnlySpan<int> lengths)
    {
        var (copied, offsets) = (lengths.ToArray(), Offsets(lengths));
        fixed (byte* start = parts)
        {
            var address = (nint)start;
            _thread.Run("gather", () =>
            {
                AwaitAll();
                _mpi.AllGather((void*)_mpi.Constants.InPlace, 0, (void*)address, copied, offsets);
            });
        }
    }

    /// <inheritdoc/>
    public void RunWatched(string operation, Action action) => _thread.Run(operation, action);

    /// <inheritdoc/>
    // By a thread of its own, because the communication thread may wait for a process that does not come.
    public void Abort(int exitCode)
    {
        // MPI_Abort is not allowed before.
        if (_isJoined)
        {
            new Thread(() => _mpi.Abort(exitCode)) { IsBackground = true }.Start();
            Thread.Sleep(AbortTime);
        }

        if (!OperatingSystem.IsWindows())
            Exit(exitCode);
        Process.GetCurrentProcess().Kill();
    }

    /// <summary>Leaves the other processes, which must do the same: waits for them.</summary>
    public void Dispose()
    {
        _thread.Run("end", _mpi.Finish);
        _watchdog.Stop();
        _thread.Stop();
    }

    private void RequireLauncher()
    {
        // A library of another kind than the launcher's finds no other process, and each would do the whole work.
        if (LaunchEnvironment.Current.Size is var launched && launched > Size)
            throw new DistributedException(
                $"{launched} processes were started, but {Library} finds {Size}, because it does not belong to the launcher. Set {nameof(MpiOptions)}.{nameof(MpiOptions.Library)} to the launcher's MPI library; with srun, try --mpi=pmix for Open MPI and --mpi=pmi2 for MPICH.");
    }

    private void GatherAll(byte[] own, byte[][] all)
    {
        AwaitAll();
        var length = own.Length;
        var lengths = new int[Size];
        fixed (int* start = lengths)
            _mpi.AllGather(&length, sizeof(int), start);
        var total = lengths.Sum(one => (long)one);
        if (total > Array.MaxLength)
            throw new DistributedException($"{Size} processes have {total} bytes to gather together, more than {Array.MaxLength}.");
        var (joined, offsets) = (new byte[total], Offsets(lengths));
        fixed (byte* source = own, target = joined)
            _mpi.AllGather(source, own.Length, target, lengths, offsets);
        for (var i = 0; i < Size; i++)
            all[i] = joined.AsSpan(offsets[i], lengths[i]).ToArray();
    }

    private static int[] Offsets(ReadOnlySpan<int> lengths)
    {
        var offsets = new int[lengths.Length];
        for (var i = 1; i < offsets.Length; i++)
            offsets[i] = offsets[i - 1] + lengths[i - 1];
        return offsets;
    }

    /// <summary>Waits for the slowest process.</summary>
    private void AwaitAll()
    {
        if (_options.BusyWait)
            return;
        var request = _mpi.StartBarrier();
        var started = Stopwatch.GetTimestamp();
        while (!_mpi.IsComplete(ref request))
        {
            // Sleep takes whole milliseconds; for less, the core is worth the time.
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMilliseconds(1))
                Thread.Sleep(1);
            else
                Thread.Yield();
        }
    }

    private void GiveUp(string reason)
    {
        (_options.OnLost ?? Console.Error.WriteLine)($"rank {Rank} on {Machine}: {reason}");
        Abort(_options.LostExitCode);
    }

    // Ends the process at once. Environment.Exit would wait for the library, whose thread hangs.
    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void Exit(int exitCode);
}
