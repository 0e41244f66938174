namespace RetinaSharp.Inference.Batching;

/// <summary>Reusable memory for the pixels of a batch, uint8 [N, height, width, 3].</summary>
public sealed class PixelBuffer
{
    private byte[] _bytes = [];
    private PaddedSize _size;

    /// <summary>Pixels of all images, [N, height, width, 3].</summary>
    public Span<byte> Pixels => _bytes.AsSpan(0, _size.Images * _size.ImageBytes);

    /// <summary>Gets the pixels of one image with its padding, [height, width, 3].</summary>
    /// <param name="image">Index of the image in the batch.</param>
    public Span<byte> this[int image] => _bytes.AsSpan(image * _size.ImageBytes, _size.ImageBytes);

    /// <summary>Resizes the buffer for a batch and sets all pixels to 0.</summary>
    /// <param name="size">Size of the batch.</param>
    public void Reset(PaddedSize size)
    {
        _size = size;
        var length = size.Images * size.ImageBytes;
        if (_bytes.Length < length)
            _bytes = GC.AllocateUninitializedArray<byte>(length);
        Pixels.Clear();
    }
}
