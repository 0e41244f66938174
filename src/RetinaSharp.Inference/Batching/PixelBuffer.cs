namespace RetinaSharp.Inference.Batching;

/// <summary>Reusable memory for the pixels of a batch, uint8 [N, height, width, 3].</summary>
public sealed class PixelBuffer
{
    private byte[] _bytes = [];
    private PaddedSize _size;

    /// <summary>Pixels of all images of the batch, [N, height, width, 3].</summary>
    public Span<byte> Pixels => _bytes.AsSpan(0, _size.Images * _size.ImageBytes);

    /// <summary>Gets the pixels of one image with its padding, [height, width, 3].</summary>
    /// <param name="image">Index of the image in the batch.</param>
    public Span<byte> this[int image] => _bytes.AsSpan(image * _size.ImageBytes, _size.ImageBytes);

    /// <summary>
    /// Prepares the buffer for a batch: sets its size and all pixels to 0. Memory is allocated only if the batch is larger than all earlier
    /// ones.
    /// </summary>
    /// <param name="size">Number of images and padded size of the batch.</param>
    public void Reset(PaddedSize size)
    {
        _size = size;
        var length = size.Images * size.ImageBytes;
        if (_bytes.Length < length)
            _bytes = GC.AllocateUninitializedArray<byte>(length);
        Pixels.Clear();
    }
}
