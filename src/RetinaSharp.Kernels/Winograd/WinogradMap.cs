using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>Memory of a batch of feature maps, channels-last. The tensor has to live as long.</summary>
/// <typeparam name="T">Its elements.</typeparam>
internal readonly unsafe struct WinogradMap<T>
    where T : unmanaged, IMapElement<T>
{
    private readonly T* _pixels;
    private readonly int _height, _width, _channels;

    /// <param name="map">[N, C, H, W], dense and channels-last, on the CPU.</param>
    /// <param name="channels">The number of channels that it has to have.</param>
    /// <exception cref="ArgumentException">It has another type or number of channels.</exception>
    public WinogradMap(Tensor map, int channels)
    {
        if (map.dtype != T.Type || map.shape[1] != channels)
            throw new ArgumentException($"A {TensorMemory.Describe(map)} is no map of {channels} channels of {T.Type}.", nameof(map));
        _pixels = (T*)TensorMemory.Pointer(map);
        var shape = map.shape;
        _channels = checked((int)shape[1]);
        _height = checked((int)shape[2]);
        _width = checked((int)shape[3]);
    }

    /// <summary>Elements between neighboring pixels, and between rows.</summary>
    public nint PixelStride => _channels;

    /// <inheritdoc cref="PixelStride"/>
    public nint RowStride => (nint)_width * _channels;

    /// <summary>How many rows and columns of pixels a tile has before the map ends.</summary>
    public (int Rows, int Columns) Extent(int top, int left) => (Math.Min(WinogradTransforms.Tile, _height - top), Math.Min(WinogradTransforms.Tile, _width - left));

    /// <summary>The first channel of a pixel in the map.</summary>
    public T* Pixel(int image, int row, int column) => _pixels + (((nint)image * _height + row) * _width + column) * _channels;

    /// <summary>Addresses of a square of pixels; those beyond the map are <paramref name="zeros"/>.</summary>
    public void Square(int image, int top, int left, int side, T* zeros, T** to)
    {
        var isInside = top >= 0 && left >= 0 && top + side <= _height && left + side <= _width;
        var first = _pixels + (((nint)image * _height + top) * _width + left) * _channels;
        for (var row = 0; row < side; row++, first += RowStride)
        {
            for (var column = 0; column < side; column++)
                *to++ = isInside || ((uint)(top + row) < (uint)_height && (uint)(left + column) < (uint)_width) ? first + column * PixelStride : zeros;
        }
    }
}
