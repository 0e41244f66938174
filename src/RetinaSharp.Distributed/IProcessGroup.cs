namespace RetinaSharp.Distributed;

/// <summary>
/// Processes that work together. Collective operations are those of MPI: all processes call them, in the same order. They may be called from several threads that take turns.
/// An error in one process ends all, because the others would wait for it forever: report it and call <see cref="Abort"/>.
/// </summary>
public interface IProcessGroup : IDisposable
{
    /// <summary>Index of this process, from 0.</summary>
    int Rank { get; }

    /// <summary>Number of processes, at least 1.</summary>
    int Size { get; }

    /// <summary>Index of this process among those of its machine, from 0; the index of the GPU that it uses.</summary>
    int LocalRank { get; }

    /// <summary>Number of processes on this machine, at least 1.</summary>
    int LocalSize { get; }

    /// <summary>Name of the machine.</summary>
    string Machine { get; }

    /// <summary>Combines the numbers of all processes, in place. Sums of integers below 2^53 are exact. The result has the same bits in every process.</summary>
    /// <param name="values">The numbers of this process; as many as in the others.</param>
    /// <param name="reduction">How numbers are combined.</param>
    /// <exception cref="DistributedException">The operation failed.</exception>
    void Reduce(Span<double> values, Reduction reduction = Reduction.Sum);

    /// <summary>
    /// Starts to add up memory of all processes, in place, while the caller goes on. The memory must stay valid, and must not be used, until the operation is complete.
    /// The result has the same bits in every process.
    /// </summary>
    /// <param name="memory">The numbers of this process; as many, and of the same type, as in the others.</param>
    /// <returns>The operation, which the caller must wait for.</returns>
    ICollectiveOperation StartSum(MemoryRegion memory);

    /// <summary>Copies memory of rank 0 to all processes.</summary>
    /// <param name="memory">The source in rank 0, the destination elsewhere; of the same length and type.</param>
    /// <exception cref="DistributedException">The operation failed.</exception>
    void Broadcast(MemoryRegion memory);

    /// <summary>Collects the bytes of all processes, in all processes.</summary>
    /// <param name="own">The bytes of this process, of any length.</param>
    /// <returns>The bytes of each process, by rank.</returns>
    /// <exception cref="DistributedException">The operation failed, or all bytes together exceed 2 GiB.</exception>
    IReadOnlyList<byte[]> Gather(ReadOnlySpan<byte> own);

    /// <summary>Ends all processes. Does not return if there are several; otherwise the caller ends the process.</summary>
    /// <param name="exitCode">Exit code of the processes.</param>
    void Abort(int exitCode);
}
