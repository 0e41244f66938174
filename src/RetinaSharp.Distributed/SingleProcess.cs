namespace RetinaSharp.Distributed;

/// <summary>A process on its own. Sums are its own numbers, and nothing is copied but by <see cref="Gather"/>.</summary>
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
    public void Reduce(Span<double> values, Reduction reduction = Reduction.Sum)
    {
    }

    /// <inheritdoc/>
    public ICollectiveOperation StartSum(MemoryRegion memory) => Complete.Instance;

    /// <inheritdoc/>
    public void Broadcast(MemoryRegion memory)
    {
    }

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Gather(ReadOnlySpan<byte> own) => [own.ToArray()];

    /// <inheritdoc/>
    public void Abort(int exitCode)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Complete : ICollectiveOperation
    {
        public static readonly Complete Instance = new();

        public void Wait()
        {
        }
    }
}
