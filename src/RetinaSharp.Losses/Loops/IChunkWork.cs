namespace RetinaSharp.Losses.Loops;

/// <summary>Work that is divided into chunks, which may run on any thread and each return a number.</summary>
internal interface IChunkWork
{
    /// <summary>
    /// Approximate number of logits in a chunk: large compared with the cost of scheduling it, small enough for a core's cache.
    /// </summary>
    const int ChunkSize = 16384;

    /// <summary>Runs one chunk and returns its part of the sum.</summary>
    double Run(int chunk);
}
