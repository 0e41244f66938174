using RetinaSharp.Inference.Batching;

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
        Targets = new(size, buffers.Levels);
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

    /// <summary>What the anchors are to learn. Not to be used after the batch was disposed.</summary>
    public BatchTargets Targets { get; }

    /// <summary>[N, height, width, 3], RGB; padding is 0.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public ReadOnlySpan<byte> Pixels => Buffers.Pixels.Pixels;

    private TrainingBuffers Buffers => _buffers ?? throw new ObjectDisposedException(nameof(TrainingBatch));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffers, null) is { } buffers)
            _pool.Return(buffers);
    }
}
