namespace RetinaSharp.Distributed;

/// <summary>A collective operation that was started.</summary>
public interface ICollectiveOperation
{
    /// <summary>Waits until the operation is complete.</summary>
    /// <exception cref="DistributedException">The operation failed.</exception>
    void Wait();
}
