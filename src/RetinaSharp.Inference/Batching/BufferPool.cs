using System.Collections.Concurrent;

namespace RetinaSharp.Inference.Batching;

/// <summary>
/// Keeps buffers for reuse. It never holds more than were in use at one time, so that the memory of a loader is bounded by what it reads
/// ahead. Thread-safe.
/// </summary>
/// <typeparam name="T">Type of the buffers.</typeparam>
public sealed class BufferPool<T>
    where T : class, new()
{
    private readonly ConcurrentQueue<T> _free = [];
    private int _created;

    /// <summary>Number of buffers that were created.</summary>
    public int Created => Volatile.Read(ref _created);

    /// <summary>Number of buffers that are not in use.</summary>
    public int Free => _free.Count;

    /// <summary>Takes a buffer, with any content.</summary>
    public T Rent()
    {
        if (_free.TryDequeue(out var buffer))
            return buffer;
        Interlocked.Increment(ref _created);
        return new();
    }

    /// <summary>Gives a buffer back, after which the caller must not use it.</summary>
    /// <param name="buffer">A buffer from <see cref="Rent"/>.</param>
    public void Return(T buffer) => _free.Enqueue(buffer);
}
