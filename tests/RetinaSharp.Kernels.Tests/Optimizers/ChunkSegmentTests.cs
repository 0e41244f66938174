using RetinaSharp.Kernels.Optimizers;

namespace RetinaSharp.Kernels.Tests.Optimizers;

public sealed class ChunkSegmentTests
{
    [Fact]
    public void Partition_LargeAndSmallTensors_CoversEachElementOnce()
    {
        int[] counts = [3, 200_000, 0, 65_536, 1, .. Enumerable.Repeat(500, 300)];
        var covered = counts.Select(count => new int[count]).ToArray();
        var chunks = ChunkSegment.Partition(counts.Select((count, i) => (i, (long)count)));
        foreach (var (tensor, start, count) in chunks.SelectMany(chunk => chunk))
        {
            foreach (ref var element in covered[tensor].AsSpan((int)start, count))
                element++;
        }

        Assert.All(covered.SelectMany(elements => elements), element => Assert.Equal(1, element));
        Assert.All(chunks, chunk => Assert.InRange(chunk.Sum(piece => piece.Count), 1, ChunkSegment.MaxElements));
        // The 300 small tensors share few chunks.
        Assert.InRange(chunks.Length, 7, 10);
    }
}
