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

    /// <summary>Copies memory of rank 0 to all processes.</summary>
    /// <param name="memory">The source in rank 0, the destination elsewhere; of the same length.</param>
    /// <exception cref="DistributedException">The operation failed.</exception>
    void Broadcast(Span<byte> memory);

    /// <summary>Collects the bytes of all processes, in all processes.</summary>
    /// <param name="own">The bytes of this process, of any length.</param>
    /// <returns>The bytes of each process, by rank.</returns>
    /// <exception cref="DistributedException">The operation failed, or all bytes together exceed 2 GiB.</exception>
    IReadOnlyList<byte[]> Gather(ReadOnlySpan<byte> own);

    /// <summary>Sends a part of memory to each process, and receives its part from each (MPI_Alltoallv).</summary>
    /// <param name="parts">The parts for all processes, one after another, by rank.</param>
    /// <param name="lengths">The length of each process's part in bytes, by rank; the same in all processes.</param>
    /// <param name="received">Receives the parts for this process, one after another, by rank of the sender; of its own length times the number of processes.</param>
    /// <exception cref="DistributedException">The operation failed.</exception>
    void Exchange(ReadOnlySpan<byte> parts, ReadOnlySpan<int> lengths, Span<byte> received);

    /// <summary>Completes memory of which each process has a part (MPI_Allgatherv).</summary>
    /// <param name="parts">The parts of all processes, one after another, by rank. That of this process is read, the others are written.</param>
    /// <param name="lengths">The length of each process's part in bytes, by rank; the same in all processes.</param>
    /// <exception cref="DistributedException">The operation failed.</exception>
    void GatherParts(Span<byte> parts, ReadOnlySpan<int> lengths);

    /// <summary>Runs an operation of another library that waits for the other processes. As in the group's own operations, the process ends if they do not come in time.</summary>
    /// <param name="operation">Name of the operation, for messages.</param>
    /// <param name="action">The operation, which may run on another thread.</param>
    void RunWatched(string operation, Action action);

    /// <summary>Ends all processes. Does not return if there are several; otherwise the caller ends the process.</summary>
    /// <param name="exitCode">Exit code of the processes.</param>
    void Abort(int exitCode);
}
