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
    // MPI's counts are int.
    private const int MaxElements = 1 << 30;

    // The launcher may need this long to end the processes after MPI_Abort.
    private static readonly TimeSpan AbortTime = TimeSpan.FromSeconds(3);

    private readonly CommunicationThread _thread = new();
    private readonly Mpi _mpi;
    private readonly MpiOptions _options;
    private readonly Watchdog _watchdog;
    private nint _bFloat16Sum;
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
                _bFloat16Sum = _mpi.CreateOperation(BFloat16Sum.Function);
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
    public void Reduce(Span<double> values, Reduction reduction = Reduction.Sum)
    {
        fixed (double* start = values)
        {
            // A lambda cannot use a fixed pointer; the caller waits within the fixed statement.
            var (address, count) = ((nint)start, values.Length);
            _thread.Run("reduction", () =>
            {
                AwaitAll();
                _mpi.AllReduce((void*)address, count, _mpi.Constants.Double, reduction switch
                {
                    Reduction.Max => _mpi.Constants.Max,
                    Reduction.Min => _mpi.Constants.Min,
                    _ => _mpi.Constants.Sum,
                });
            });
        }
    }

    /// <inheritdoc/>
    public ICollectiveOperation StartSum(MemoryRegion memory) => _thread.Start("sum", () =>
    {
        var (type, operation, size) = TypeOf(memory.Type);
        AwaitAll();
        for (var done = 0L; done < memory.Count; done += MaxElements)
            _mpi.AllReduce((void*)(memory.Address + (nint)(done * size)), (int)Math.Min(MaxElements, memory.Count - done), type, operation);
    });

    /// <inheritdoc/>
    public void Broadcast(MemoryRegion memory) => _thread.Run("broadcast", () =>
    {
        var (type, _, size) = TypeOf(memory.Type);
        AwaitAll();
        for (var done = 0L; done < memory.Count; done += MaxElements)
            _mpi.Broadcast((void*)(memory.Address + (nint)(done * size)), (int)Math.Min(MaxElements, memory.Count - done), type);
    });

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Gather(ReadOnlySpan<byte> own)
    {
        var mine = own.ToArray();
        var all = new byte[Size][];
        _thread.Run("gather", () => GatherAll(mine, all));
        return all;
    }

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
        var length = (long)own.Length;
        Span<long> lengths = new long[Size];
        var (counts, offsets) = (new int[Size], new int[Size]);
        fixed (long* start = lengths)
            _mpi.AllGather(&length, 1, _mpi.Constants.Int64, start);
        var total = 0L;
        for (var i = 0; i < Size; i++)
        {
            if (total + lengths[i] > Array.MaxLength)
                throw new DistributedException($"{Size} processes have more than {Array.MaxLength} bytes to gather together.");
            (counts[i], offsets[i]) = ((int)lengths[i], (int)total);
            total += lengths[i];
        }

        var joined = new byte[total];
        fixed (byte* source = own, target = joined)
        fixed (int* count = counts, offset = offsets)
            _mpi.AllGather(source, own.Length, _mpi.Constants.Byte, target, count, offset);
        for (var i = 0; i < Size; i++)
            all[i] = joined.AsSpan(offsets[i], counts[i]).ToArray();
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

    private (nint Type, nint Sum, int Bytes) TypeOf(NumberType type) => type switch
    {
        NumberType.Float32 => (_mpi.Constants.Float, _mpi.Constants.Sum, sizeof(float)),
        NumberType.Float64 => (_mpi.Constants.Double, _mpi.Constants.Sum, sizeof(double)),
        NumberType.BFloat16 => (_mpi.Constants.UInt16, _bFloat16Sum, sizeof(ushort)),
        _ => (_mpi.Constants.Byte, _mpi.Constants.Sum, sizeof(byte)),
    };
}
