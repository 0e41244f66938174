namespace RetinaSharp.Detection.Data;

/// <summary>Memory for the pixels of a batch, [images, height, width, 3], used again for batch after batch.</summary>
internal sealed class PixelBuffer
{
    private byte[] _bytes = [];
    private PaddedSize _size;

    /// <summary>All pixels.</summary>
    public Span<byte> Pixels => _bytes.AsSpan(0, _size.Images * _size.ImageBytes);

    /// <summary>The pixels of one image with its padding.</summary>
    public Span<byte> this[int image] => _bytes.AsSpan(image * _size.ImageBytes, _size.ImageBytes);

    /// <summary>Makes room for a batch, all black.</summary>
    public void Reset(PaddedSize size)
    {
        _size = size;
        var length = size.Images * size.ImageBytes;
        if (_bytes.Length < length)
            _bytes = GC.AllocateUninitializedArray<byte>(length);
        Pixels.Clear();
    }
}
