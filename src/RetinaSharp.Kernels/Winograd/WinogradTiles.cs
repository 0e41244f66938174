using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// Numbers the 4x4 output tiles of several feature maps consecutively. Small maps, such as the coarse levels of a feature pyramid, can then
/// share blocks of tiles.
/// </summary>
internal sealed class WinogradTiles
{
    private readonly (int Rows, int Columns, int First)[] _maps;

    /// <summary>Numbers the tiles of feature maps.</summary>
    /// <param name="maps">The feature maps, [N, C, H, W] each.</param>
    public WinogradTiles(ReadOnlySpan<Tensor> maps)
    {
        _maps = new (int, int, int)[maps.Length];
        var count = 0L;
        for (var i = 0; i < maps.Length; i++)
        {
            var (rows, columns) = Grid(maps[i]);
            _maps[i] = (checked((int)rows), checked((int)columns), checked((int)count));
            count += maps[i].shape[0] * rows * columns;
        }

        Count = checked((int)count);
    }

    /// <summary>Total number of tiles of all feature maps.</summary>
    public int Count { get; }

    /// <summary>Returns the number of tiles of one batch of feature maps [N, C, H, W].</summary>
    public static long CountOf(Tensor map)
    {
        var (rows, columns) = Grid(map);
        return map.shape[0] * rows * columns;
    }

    /// <summary>
    /// For a tile number, returns the index of the feature map, the index of the image in its batch, and the row and column of the top left
    /// pixel.
    /// </summary>
    public (int Map, int Image, int Top, int Left) this[int tile]
    {
        get
        {
            var map = _maps.Length - 1;
            while (_maps[map].First > tile)
                map--;
            var (rows, columns, first) = _maps[map];
            tile -= first;
            return (map, tile / (rows * columns), tile / columns % rows * WinogradTransforms.Tile, tile % columns * WinogradTransforms.Tile);
        }
    }

    private static (long Rows, long Columns) Grid(Tensor map)
    {
        var shape = map.shape;
        return ((shape[2] + WinogradTransforms.Tile - 1) / WinogradTransforms.Tile, (shape[3] + WinogradTransforms.Tile - 1) / WinogradTransforms.Tile);
    }
}
