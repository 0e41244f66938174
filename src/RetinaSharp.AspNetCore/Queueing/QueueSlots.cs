namespace RetinaSharp.AspNetCore.Queueing;

/// <summary>The places for images that wait. Thread-safe.</summary>
/// <param name="count">Number of places.</param>
internal sealed class QueueSlots(int count)
{
    private int _used;

    /// <summary>Number of places that are in use.</summary>
    public int Used => Volatile.Read(ref _used);

    /// <summary>Whether no place is free.</summary>
    public bool IsFull => Used >= count;

    /// <summary>Number of places.</summary>
    public int Count => count;

    /// <summary>Reserves places for all images of a request, or for none. Each must be disposed.</summary>
    /// <returns>The places; null if there are not enough.</returns>
    public Slot[]? TryReserve(int images)
    {
        int used;
        do
        {
            used = Used;
            if (images > count - used)
                return null;
        }
        while (Interlocked.CompareExchange(ref _used, used + images, used) != used);
        return [.. Enumerable.Range(0, images).Select(_ => new Slot(this))];
    }

    /// <summary>A reserved place. Disposing it again does nothing.</summary>
    public sealed class Slot(QueueSlots owner) : IDisposable
    {
        private QueueSlots? _owner = owner;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _owner, null) is { } owner)
                Interlocked.Decrement(ref owner._used);
        }
    }
}
