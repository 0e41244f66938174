using RetinaSharp.Distributed;

namespace RetinaSharp.Inference;

/// <summary>The consecutive images of a sequence that one of several processes detects objects in.</summary>
/// <param name="First">Index of the first image.</param>
/// <param name="Count">Number of images; 0 if there are fewer blocks than processes.</param>
public readonly record struct ImageShare(int First, int Count)
{
    /// <summary>Number of batches that form a block: the images of a block are batched among themselves.</summary>
    internal const int BatchesPerBlock = 4;

    /// <summary>
    /// Returns the images of a process. A detector batches the images of a block of 4 batches among themselves, and each process gets whole blocks: the detections of an
    /// image are the same to the last bit with any number of processes of the same kind of CPU.
    /// </summary>
    /// <param name="images">Number of images of the sequence.</param>
    /// <param name="batch">Maximum batch size.</param>
    /// <param name="group">The processes.</param>
    public static ImageShare Compute(int images, int batch, IProcessGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentOutOfRangeException.ThrowIfNegative(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        var imagesPerBlock = (long)batch * BatchesPerBlock;
        var blocks = (images + imagesPerBlock - 1) / imagesPerBlock;
        var first = Start(group.Rank);
        return new(first, Start(group.Rank + 1) - first);

        int Start(int rank) => (int)Math.Min(images, blocks * rank / group.Size * imagesPerBlock);
    }
}
