namespace RetinaSharp.Distributed.Native;

/// <summary>The functions of NCCL for one communicator. Between <see cref="StartGroup"/> and <see cref="EndGroup"/> calls are collected; they run together, on the stream.</summary>
internal interface INccl : IDisposable
{
    /// <summary>Name and version of the library.</summary>
    string Version { get; }

    /// <summary>Creates the identity of a communicator, in one process.</summary>
    byte[] CreateId();

    /// <summary>Creates the communicator, on the current GPU. Waits for the other processes.</summary>
    void Connect(byte[] id, int size, int rank);

    void StartGroup();

    void EndGroup();

    void Send(nint source, long length, int rank, nint stream);

    void Receive(nint destination, long length, int rank, nint stream);

    /// <summary>Copies memory of a rank to all, in place.</summary>
    void Broadcast(nint memory, long length, int rank, nint stream);

    /// <summary>Throws if an operation that has ended has failed. One that waits for a lost process does not end.</summary>
    void Check();
}
