namespace RetinaSharp.Inference.Batching;

/// <summary>Reusable memory for the pixels of a batch, uint8 [N, height, width, 3].</summary>
public sealed class PixelBuffer
{
    private byte[] _bytes = [];
    private PaddedSize _size;

    /// <summary>The pixels of all images.</summary>
    public Span<byte> Pixels => _bytes.AsSpan(0, _size.Images * _size.ImageBytes);

    /// <summary>The pixels of one image, [height, width, 3], with its padding.</summary>
    /// <param name="image">Index of the image in the batch.</param>
    public Span<byte> this[int image] => _bytes.AsSpan(image * _size.ImageBytes, _size.ImageBytes);

    /// <summary>Makes room for a batch and clears it.</summary>
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
