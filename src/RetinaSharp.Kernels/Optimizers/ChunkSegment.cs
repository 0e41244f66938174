namespace RetinaSharp.Kernels.Optimizers;

/// <summary>
/// A contiguous range of elements of one tensor. A parameter chunk, which one thread updates, consists of one or more segments.
/// </summary>
internal readonly record struct ChunkSegment(int Tensor, long Start, int Count)
{
    /// <summary>Maximum number of elements of a parameter chunk.</summary>
    public const int MaxElements = 1 << 16;

    /// <summary>
    /// Partitions tensors into parameter chunks of at most <see cref="MaxElements"/> elements, for <see cref="ParallelFor"/>. Large tensors
    /// span several chunks; small ones share a chunk. The partition does not depend on the number of threads.
    /// </summary>
    /// <param name="tensors">Index and number of elements of each tensor.</param>
    public static ChunkSegment[][] Partition(IEnumerable<(int Tensor, long Count)> tensors)
    {
        var chunks = new List<ChunkSegment[]>();
        var segments = new List<ChunkSegment>();
        var elements = 0;
        foreach (var (tensor, count) in tensors)
        {
            for (var start = 0L; start < count; start += MaxElements)
            {
                var length = (int)Math.Min(MaxElements, count - start);
                if (elements + length > MaxElements)
                    Close();
                segments.Add(new(tensor, start, length));
                elements += length;
            }
        }

        if (elements > 0)
            Close();
        return [.. chunks];

        void Close()
        {
            chunks.Add([.. segments]);
            segments.Clear();
            elements = 0;
        }
    }
}
