using System.Collections.Concurrent;

namespace RetinaSharp.Inference.Batching;

/// <summary>
/// A pool of reusable buffers. It never holds more buffers than were in use at the same time, so the number of prefetched batches bounds
/// the memory of a data loader. Thread-safe.
/// </summary>
/// <typeparam name="T">Type of the buffers.</typeparam>
public sealed class BufferPool<T>
    where T : class, new()
{
    private readonly ConcurrentQueue<T> _free = [];
    private int _created;

    /// <summary>Number of buffers created so far.</summary>
    public int Created => Volatile.Read(ref _created);

    /// <summary>Number of buffers in the pool that are not in use.</summary>
    public int Free => _free.Count;

    /// <summary>Takes a buffer from the pool or creates one. Its contents are undefined.</summary>
    public T Rent()
    {
        if (_free.TryDequeue(out var buffer))
            return buffer;
        Interlocked.Increment(ref _created);
        return new();
    }

    /// <summary>Returns a buffer to the pool. The caller must not use it afterwards.</summary>
    /// <param name="buffer">A buffer from <see cref="Rent"/>.</param>
    public void Return(T buffer) => _free.Enqueue(buffer);
}
