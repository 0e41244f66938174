namespace RetinaSharp.Distributed;

/// <summary>Exchanges the memory of GPUs, one of each process, without a copy in host memory. All processes call the operations, in the same order.</summary>
public interface IDeviceExchange : IDisposable
{
    /// <summary>Name and version of the library that moves the data.</summary>
    string Library { get; }

    /// <summary>As <see cref="IProcessGroup.Exchange"/>: sends a part of memory to each process, and receives its part from each.</summary>
    /// <param name="parts">Address of the parts for all processes, one after another, by rank.</param>
    /// <param name="lengths">The length of each process's part in bytes, by rank; the same in all processes.</param>
    /// <param name="received">Address that receives the parts for this process, one after another, by rank of the sender.</param>
    /// <exception cref="DistributedException">The operation failed.</exception>
    void Exchange(nint parts, ReadOnlySpan<int> lengths, nint received);

    /// <summary>As <see cref="IProcessGroup.GatherParts"/>: completes memory of which each process has a part.</summary>
    /// <param name="parts">Address of the parts of all processes, one after another, by rank. That of this process is read, the others are written.</param>
    /// <param name="lengths">The length of each process's part in bytes, by rank; the same in all processes.</param>
    /// <exception cref="DistributedException">The operation failed.</exception>
    void GatherParts(nint parts, ReadOnlySpan<int> lengths);
}
