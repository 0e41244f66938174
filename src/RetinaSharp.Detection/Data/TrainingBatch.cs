using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// The pixels and training targets of one batch of the training loader. Disposing the batch returns its memory to a pool: do not use spans of the batch after
/// that.
/// </summary>
internal sealed class TrainingBatch : IDisposable
{
    private readonly BufferPool<TrainingBuffers> _pool;
    private TrainingBuffers? _buffers;

    public TrainingBatch(int index, BatchTargets targets, BatchImage[] images, TrainingBuffers buffers, BufferPool<TrainingBuffers> pool)
    {
        (Index, Targets, Images) = (index, targets, images);
        (_buffers, _pool) = (buffers, pool);
    }

    /// <summary>Index of the batch within its epoch, from 0.</summary>
    public int Index { get; }

    /// <summary>N, the number of images in the batch.</summary>
    public int Count => Images.Count;

    /// <summary>Height in pixels that all images are padded to, a multiple of 32.</summary>
    public int Height => Targets.Size.Height;

    /// <summary>Width in pixels that all images are padded to, a multiple of 32.</summary>
    public int Width => Targets.Size.Width;

    /// <summary>The size and the augmented ground-truth boxes of each image.</summary>
    public IReadOnlyList<BatchImage> Images { get; }

    /// <summary>
    /// Training targets of the anchors. If the assigner uses the network's predictions, all anchors are background until the forward pass. Do not use them after the batch is
    /// disposed.
    /// </summary>
    public BatchTargets Targets { get; }

    /// <summary>Pixels as uint8 [N, height, width, 3], RGB; padding is 0.</summary>
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
