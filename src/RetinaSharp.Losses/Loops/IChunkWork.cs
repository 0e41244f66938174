namespace RetinaSharp.Losses.Loops;

/// <summary>Work that is divided into chunks of rows, which may run on any thread.</summary>
internal interface IChunkWork
{
    /// <summary>
    /// Approximate number of logits in a chunk: large compared with the cost of scheduling it, small enough for a core's cache.
    /// </summary>
    const int ChunkSize = 16384;

    /// <summary>Evaluates one chunk and returns the sum of its losses.</summary>
    /// <param name="chunk">Index of the chunk.</param>
    double Run(int chunk);
}
