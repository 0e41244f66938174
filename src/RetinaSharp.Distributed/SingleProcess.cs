namespace RetinaSharp.Distributed;

/// <summary>A process on its own. It has all memory and all numbers itself.</summary>
public sealed class SingleProcess : IProcessGroup
{
    private SingleProcess()
    {
    }

    /// <summary>The only instance.</summary>
    public static SingleProcess Instance { get; } = new();

    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public int LocalRank => 0;

    /// <inheritdoc/>
    public int LocalSize => 1;

    /// <inheritdoc/>
    public string Machine => Environment.MachineName;

    /// <inheritdoc/>
    public void Broadcast(Span<byte> memory)
    {
    }

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Gather(ReadOnlySpan<byte> own) => [own.ToArray()];

    /// <inheritdoc/>
    public void Exchange(ReadOnlySpan<byte> parts, ReadOnlySpan<int> lengths, Span<byte> received) => parts.CopyTo(received);

    /// <inheritdoc/>
    public void GatherParts(Span<byte> parts, ReadOnlySpan<int> lengths)
    {
    }

    /// <inheritdoc/>
    public void RunWatched(string operation, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        action();
    }

    /// <inheritdoc/>
    public void Abort(int exitCode)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
