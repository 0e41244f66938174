using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Images with what their anchors are to learn. Disposing it gives its memory to a later batch: spans taken from it must not
/// be used after that.
/// </summary>
internal sealed class TrainingBatch : IDisposable
{
    private readonly BufferPool<TrainingBuffers> _pool;
    private TrainingBuffers? _buffers;

    public TrainingBatch(int index, PaddedSize size, BatchImage[] images, TrainingBuffers buffers, BufferPool<TrainingBuffers> pool)
    {
        (Index, Height, Width, Images) = (index, size.Height, size.Width, images);
        (_buffers, _pool) = (buffers, pool);
        foreach (var level in buffers.Levels)
        {
            PositiveCount += level.Positives.Length;
            CountedAnchors += level.Labels.Length - level.Labels.Count(SigmoidLoss.Ignore);
        }
    }

    /// <summary>Number of the batch within its epoch, from 0.</summary>
    public int Index { get; }

    /// <summary>N: images in the batch.</summary>
    public int Count => Images.Count;

    /// <summary>Height with padding, a multiple of 32.</summary>
    public int Height { get; }

    /// <summary>Width with padding, a multiple of 32.</summary>
    public int Width { get; }

    /// <summary>The images, with their boxes.</summary>
    public IReadOnlyList<BatchImage> Images { get; }

    /// <summary>Anchors with a class, over all images and levels.</summary>
    public int PositiveCount { get; }

    /// <summary>Anchors with a class or of the background as the assigner labelled them, over all images and levels.</summary>
    public int CountedAnchors { get; }

    /// <summary>[N, height, width, 3], RGB; padding is 0.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public ReadOnlySpan<byte> Pixels => Buffers.Pixels.Pixels;

    /// <summary>The targets of each pyramid level, from the finest.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public IReadOnlyList<LevelTargets> Levels => Buffers.Levels;

    private TrainingBuffers Buffers => _buffers ?? throw new ObjectDisposedException(nameof(TrainingBatch));

    /// <summary>Anchors with a class, of each image.</summary>
    public int[] PositivesByImage()
    {
        var counts = new int[Count];
        foreach (var level in Levels)
            foreach (var positive in level.Positives)
                counts[positive / level.AnchorsPerImage]++;
        return counts;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffers, null) is { } buffers)
            _pool.Return(buffers);
    }
}
