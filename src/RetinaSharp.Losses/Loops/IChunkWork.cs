namespace RetinaSharp.Losses.Loops;

/// <summary>Work cut into chunks that any thread may do, each giving a number.</summary>
internal interface IChunkWork
{
    /// <summary>Logits in a chunk, about: large against the cost of handing it out, small against a core's cache.</summary>
    const int ChunkSize = 16384;

    /// <summary>Does one chunk and gives its part of the sum.</summary>
    double Run(int chunk);
}
