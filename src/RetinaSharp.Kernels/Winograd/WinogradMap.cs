using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>Access to the memory of a channels-last batch of feature maps. The tensor must stay alive while the struct is used.</summary>
/// <typeparam name="T">Element type.</typeparam>
internal readonly unsafe struct WinogradMap<T>
    where T : unmanaged, IMapElement<T>
{
    private readonly T* _pixels;
    private readonly int _height, _width, _channels;

    /// <summary>Gets access to the memory of a tensor.</summary>
    /// <param name="map">The feature maps [N, C, H, W], dense, channels-last, on the CPU.</param>
    /// <param name="channels">The required number of channels.</param>
    /// <exception cref="ArgumentException">The type or the number of channels differs.</exception>
    public WinogradMap(Tensor map, int channels)
    {
        if (map.dtype != T.Type || map.shape[1] != channels)
            throw new ArgumentException($"{TensorMemory.Describe(map)} is not a feature map of {T.Type} with {channels} channels.", nameof(map));
        _pixels = (T*)TensorMemory.Pointer(map);
        var shape = map.shape;
        _channels = checked((int)shape[1]);
        _height = checked((int)shape[2]);
        _width = checked((int)shape[3]);
    }

    /// <summary>Number of elements between adjacent pixels of a row.</summary>
    public nint PixelStride => _channels;

    /// <summary>Number of elements between adjacent rows.</summary>
    public nint RowStride => (nint)_width * _channels;

    /// <summary>Returns the number of rows and columns of a 4x4 output tile that are inside of the feature map.</summary>
    public (int Rows, int Columns) Extent(int top, int left) => (Math.Min(WinogradTransforms.Tile, _height - top), Math.Min(WinogradTransforms.Tile, _width - left));

    /// <summary>Returns the address of the first channel of a pixel.</summary>
    public T* Pixel(int image, int row, int column) => _pixels + (((nint)image * _height + row) * _width + column) * _channels;

    /// <summary>
    /// Gets the addresses of the pixels in a square. For a pixel outside of the feature map, the address is <paramref name="zeros"/> (zero
    /// padding).
    /// </summary>
    public void GetPixelAddresses(int image, int top, int left, int side, T* zeros, T** to)
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
