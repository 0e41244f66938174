using System.Runtime.ExceptionServices;

namespace RetinaSharp.Losses.Loops;

/// <summary>Adds the results of all chunks in their order, so that the sum does not depend on the number of threads.</summary>
internal static class ChunkSum
{
    /// <summary>Runs all chunks and returns the sum of their results.</summary>
    /// <param name="work">The work.</param>
    /// <param name="chunks">Number of chunks.</param>
    /// <param name="threads">Maximum number of threads, from 1, including the calling thread.</param>
    public static double Run<TWork>(in TWork work, int chunks, int threads) where TWork : struct, IChunkWork
    {
        double sum = 0;
        if (chunks > 1 && threads > 1)
        {
            // A copy inside of this block, so that the closure is not allocated for a single thread.
            var (shared, sums) = (work, new double[chunks]);
            try
            {
                Parallel.For(0, chunks, new() { MaxDegreeOfParallelism = threads }, chunk => sums[chunk] = shared.Run(chunk));
            }
            catch (AggregateException exception)
            {
                ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
            }

            foreach (var part in sums)
                sum += part;
            return sum;
        }

        for (var chunk = 0; chunk < chunks; chunk++)
            sum += work.Run(chunk);
        return sum;
    }
}
