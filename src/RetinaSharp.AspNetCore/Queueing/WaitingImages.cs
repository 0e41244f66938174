namespace RetinaSharp.AspNetCore.Queueing;

/// <summary>Decoded images in the order of their arrival, from which batches of equal padded size are taken. Not thread-safe.</summary>
/// <param name="maxBatch">Maximum batch size.</param>
/// <param name="maxDelay">How long an image waits for others of its size.</param>
/// <param name="time">The clock.</param>
internal sealed class WaitingImages(int maxBatch, TimeSpan maxDelay, TimeProvider time)
{
    private readonly List<QueuedImage> _images = [];

    /// <summary>How long the oldest image still waits for others; null if there is no image.</summary>
    public TimeSpan? Delay => _images.Count == 0 ? null : maxDelay - time.GetElapsedTime(_images[0].Queued);

    public void Add(QueuedImage image) => _images.Add(image);

    /// <summary>
    /// Takes a batch: that of the oldest image if it has waited long enough, else the first that is full. Canceled images are dropped.
    /// </summary>
    /// <param name="isLast">Whether no more images will come, so that waiting is in vain.</param>
    /// <returns>The images of the batch; empty if no batch is due.</returns>
    public IReadOnlyList<QueuedImage> TakeBatch(bool isLast)
    {
        _images.RemoveAll(image => image.IsTaken);
        var first = isLast || Delay <= TimeSpan.Zero
            ? _images.FirstOrDefault()
            : _images.GroupBy(image => image.Size).FirstOrDefault(group => group.Count() >= maxBatch)?.First();
        if (first is null)
            return [];
        var batch = _images.Where(image => image.Size == first.Size).Take(maxBatch).ToHashSet();
        _images.RemoveAll(batch.Contains);
        // An image that is canceled at this very moment is not in the batch.
        return [.. batch.Where(image => image.TryTake())];
    }
}
