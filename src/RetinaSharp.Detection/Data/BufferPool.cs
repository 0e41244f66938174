using System.Collections.Concurrent;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Keeps buffers for reuse. There are never more than were in use at one time, so a loader's memory is bounded by its prefetch
/// depth and not by the length of the run. Thread-safe.
/// </summary>
internal sealed class BufferPool<T> where T : class, new()
{
    private readonly ConcurrentQueue<T> _free = [];
    private int _created;

    /// <summary>How many buffers were ever made.</summary>
    public int Created => Volatile.Read(ref _created);

    /// <summary>How many of them wait for use.</summary>
    public int Free => _free.Count;

    public T Rent()
    {
        if (_free.TryDequeue(out var buffer))
            return buffer;
        Interlocked.Increment(ref _created);
        return new();
    }

    public void Return(T buffer) => _free.Enqueue(buffer);
}
