namespace RetinaSharp.Kernels.Optimizers;

/// <summary>Elements of one tensor, in the order of memory.</summary>
internal readonly record struct ChunkPiece(int Tensor, long Start, int Count)
{
    public const int MaxElements = 1 << 16;

    /// <summary>
    /// Cuts tensors into parameter chunks of at most <see cref="MaxElements"/>, for <see cref="ParallelFor"/>: large tensors spread over threads, and
    /// many small ones share a chunk. The cut does not depend on the number of threads.
    /// </summary>
    /// <param name="tensors">Index and number of elements of each tensor.</param>
    public static ChunkPiece[][] Cut(IEnumerable<(int Tensor, long Count)> tensors)
    {
        var chunks = new List<ChunkPiece[]>();
        var pieces = new List<ChunkPiece>();
        var elements = 0;
        foreach (var (tensor, count) in tensors)
        {
            for (var start = 0L; start < count; start += MaxElements)
            {
                var length = (int)Math.Min(MaxElements, count - start);
                if (elements + length > MaxElements)
                    Close();
                pieces.Add(new(tensor, start, length));
                elements += length;
            }
        }

        if (elements > 0)
            Close();
        return [.. chunks];

        void Close()
        {
            chunks.Add([.. pieces]);
            pieces.Clear();
            elements = 0;
        }
    }
}
