namespace RetinaSharp.Distributed;

/// <summary>The GPU of this process, as the library that computes on it sees it.</summary>
public interface IExchangeDevice
{
    /// <summary>The stream (<c>cudaStream_t</c>) that computes what is exchanged, and on which it is exchanged; 0: the default stream.</summary>
    nint Stream { get; }

    /// <summary>Makes the GPU the current one of the calling thread.</summary>
    /// <returns>Restores the one before.</returns>
    IDisposable MakeCurrent();

    /// <summary>Waits until the GPU has done all work, and throws if a part of it failed.</summary>
    void Synchronize();
}
