using System.Runtime.ExceptionServices;
using RetinaSharp.Distributed;
using Xunit;

namespace RetinaSharp.Testing;

/// <summary>Threads in place of processes, so that collective operations can be tested without MPI.</summary>
public sealed unsafe class ThreadGroup : IProcessGroup
{
    private readonly Shared _shared;

    private ThreadGroup(int rank, Shared shared) => (Rank, _shared) = (rank, shared);

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size => _shared.Values.Length;

    /// <inheritdoc/>
    public int LocalRank => Rank;

    /// <inheritdoc/>
    public int LocalSize => Size;

    /// <inheritdoc/>
    public string Machine => $"machine{Rank}";

    /// <summary>Runs work in several threads, each with its rank, and returns their results. Rethrows the exception of the lowest rank.</summary>
    public static T[] Run<T>(int size, Func<IProcessGroup, T> work)
    {
        var (results, errors, shared) = (new T[size], new ExceptionDispatchInfo?[size], new Shared(size));
        Thread[] threads = [.. Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                results[rank] = work(new ThreadGroup(rank, shared));
            }
            catch (Exception error)
            {
                errors[rank] = ExceptionDispatchInfo.Capture(error);
                // The others wait no longer.
                shared.Barrier.RemoveParticipant();
            }
        }))];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Array.Find(errors, error => error is not null)?.Throw();
        return results;
    }

    /// <inheritdoc/>
    public void Reduce(Span<double> values, Reduction reduction = Reduction.Sum)
    {
        var all = Exchange(values.ToArray());
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = all.Select(one => one[i]).Aggregate((a, b) => reduction switch
            {
                Reduction.Max => Math.Max(a, b),
                Reduction.Min => Math.Min(a, b),
                _ => a + b,
            });
        }
    }

    /// <inheritdoc/>
    public ICollectiveOperation StartSum(MemoryRegion memory)
    {
        Assert.Equal(NumberType.Float32, memory.Type);
        var own = new Span<float>((void*)memory.Address, (int)memory.Count);
        var all = Exchange(own.ToArray());
        for (var i = 0; i < own.Length; i++)
            own[i] = all.Select(one => one[i]).Aggregate((a, b) => a + b);
        return new Done();
    }

    /// <inheritdoc/>
    public void Broadcast(MemoryRegion memory)
    {
        Assert.Equal(NumberType.Float32, memory.Type);
        var own = new Span<float>((void*)memory.Address, (int)memory.Count);
        Exchange(own.ToArray())[0].CopyTo(own);
    }

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Gather(ReadOnlySpan<byte> own) => Exchange(own.ToArray());

    /// <inheritdoc/>
    public void Abort(int exitCode) => Assert.Fail($"Abort({exitCode})");

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private T[] Exchange<T>(T own)
    {
        _shared.Values[Rank] = own!;
        _shared.Barrier.SignalAndWait();
        var all = Array.ConvertAll(_shared.Values, value => (T)value);
        _shared.Barrier.SignalAndWait();
        return all;
    }

    private sealed class Shared(int size)
    {
        public object[] Values { get; } = new object[size];

        public Barrier Barrier { get; } = new(size);
    }

    private sealed class Done : ICollectiveOperation
    {
        public void Wait()
        {
        }
    }
}
