using System.Runtime.ExceptionServices;
using RetinaSharp.Distributed;
using Xunit;

namespace RetinaSharp.Testing;

/// <summary>Threads in place of processes, so that collective operations can be tested without MPI.</summary>
public sealed class ThreadGroup : IProcessGroup
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
    public void Broadcast(Span<byte> memory) => Share(memory.ToArray())[0].CopyTo(memory);

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Gather(ReadOnlySpan<byte> own) => Share(own.ToArray());

    /// <inheritdoc/>
    public void Exchange(ReadOnlySpan<byte> parts, ReadOnlySpan<int> lengths, Span<byte> received)
    {
        var (start, own) = (Offset(lengths, Rank), lengths[Rank]);
        foreach (var (rank, sent) in Share(parts.ToArray()).Index())
            sent.AsSpan(start, own).CopyTo(received[(rank * own)..]);
    }

    /// <inheritdoc/>
    public void GatherParts(Span<byte> parts, ReadOnlySpan<int> lengths)
    {
        foreach (var (rank, part) in Share(parts.Slice(Offset(lengths, Rank), lengths[Rank]).ToArray()).Index())
            part.CopyTo(parts[Offset(lengths, rank)..]);
    }

    /// <inheritdoc/>
    public void RunWatched(string operation, Action action) => action();

    /// <inheritdoc/>
    public void Abort(int exitCode) => Assert.Fail($"Abort({exitCode})");

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static int Offset(ReadOnlySpan<int> lengths, int rank)
    {
        var offset = 0;
        foreach (var length in lengths[..rank])
            offset += length;
        return offset;
    }

    private byte[][] Share(byte[] own)
    {
        _shared.Values[Rank] = own;
        _shared.Barrier.SignalAndWait();
        byte[][] all = [.. _shared.Values];
        _shared.Barrier.SignalAndWait();
        return all;
    }

    private sealed class Shared(int size)
    {
        public byte[][] Values { get; } = new byte[size][];

        public Barrier Barrier { get; } = new(size);
    }
}
