using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static RetinaSharp.Kernels.WinogradTileTransforms;
using static RetinaSharp.Kernels.WinogradTransforms;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// Computes the forward pass of a Winograd convolution, cache-blocked. The tiles are partitioned into blocks. For each block, a thread
/// transforms the inputs into its own buffer, runs the 36 GEMMs, and applies the output transform while the values are in its cache. If
/// there are too few blocks for all threads, all inputs are transformed first; then each task computes a range of the output channels (a
/// slab) of a block.
/// </summary>
/// <typeparam name="T">Element type of the feature maps.</typeparam>
internal sealed unsafe class WinogradForward<T> : IDisposable
    where T : unmanaged, IMapElement<T>
{
    // Number of elements, one cache line, by which the stride between points is padded. With power-of-two strides, all 36 points would map
    // to a few cache sets.
    private const int Skew = 16;

    // Maximum number of elements per point of a block of tiles in the Winograd domain, inputs and outputs together: 4.5 MB for all 36
    // points. Larger blocks read the weights less often; blocks of few tiles take longer to read the weights than to multiply by them.
    private const int BlockElements = 32768, MinTiles = 24, MaxTiles = 96;

    // Maximum depth of one GEMM: a panel of weights, 16 KB (AVX2) or 32 KB (AVX-512), stays in the L1 cache while it is multiplied with the
    // rows of the block.
    private const int MaxDepth = 256;

    // Maximum number of output channels that are in the Winograd domain at the same time.
    private const int MaxOutputs = 256;

    // Number of tiles whose inputs a task transforms, if all inputs are transformed first.
    private const int TransformTiles = 4;

    // Several tasks per thread, so that a slow core gets fewer.
    private const int TasksPerThread = 4;

    private readonly Tensor[] _inputs, _outputs;
    private readonly Tensor[]? _residuals;
    private readonly WinogradMap<T>[] _inputMaps, _outputMaps, _residualMaps;
    private readonly WinogradTiles _tiles;
    private readonly WinogradWeight _weight;
    private readonly ScratchMemory _constants;
    private readonly T* _zeros;
    private readonly float* _bias;
    private readonly bool _relu;
    private readonly int _blocks, _blockTiles, _slabPanels;
    private readonly bool _isSplit;
    private readonly nint _inputStride;

    public WinogradForward(ReadOnlySpan<Tensor> inputs, WinogradWeight weight, Tensor? bias, bool relu, Tensor[]? residuals)
    {
        _weight = weight;
        _relu = relu;
        _inputs = ChannelsLast(inputs);
        _residuals = residuals is null ? null : ChannelsLast(residuals);
        _outputs = new Tensor[inputs.Length];
        for (var i = 0; i < _outputs.Length; i++)
        {
            var shape = _inputs[i].shape;
            using var rows = empty(shape[0], shape[2], shape[3], _weight.Outputs, T.Type);
            _outputs[i] = rows.permute(0, 3, 1, 2);
        }

        _tiles = new(inputs);
        _inputMaps = Maps(_inputs, _weight.Inputs);
        _outputMaps = Maps(_outputs, _weight.Outputs);
        _residualMaps = _residuals is null ? [] : Maps(_residuals, _weight.Outputs);
        _inputStride = RoundUp(_weight.Inputs, Lanes);
        _constants = ScratchMemory.Rent(_inputStride + RoundUp(_weight.Outputs, Lanes));
        _zeros = (T*)_constants.Pointer;
        _bias = _constants.Pointer + _inputStride;
        new Span<float>(_constants.Pointer, (int)_inputStride).Clear();
        var offsets = new Span<float>(_bias, RoundUp(_weight.Outputs, Lanes));
        offsets.Clear();
        if (bias is not null)
        {
            using var values = bias.to(ScalarType.Float32);
            using var contiguous = values.contiguous();
            contiguous.Elements<float>().CopyTo(offsets);
        }

        var threads = get_num_threads();
        _slabPanels = Math.Min(_weight.Panels, MaxOutputs / GemmMicroKernel.PanelWidth);
        var maxTiles = Math.Clamp(BlockElements / (_weight.Inputs + _slabPanels * GemmMicroKernel.PanelWidth), MinTiles, MaxTiles);
        int minBlocks = DivideUp(_tiles.Count, maxTiles), maxBlocks = DivideUp(_tiles.Count, MinTiles);
        _isSplit = maxBlocks < 2 * threads;
        _blocks = Math.Max(minBlocks, _isSplit ? 1 : Math.Min(maxBlocks, TasksPerThread * threads));
        _blockTiles = Math.Max(DivideUp(_tiles.Count, _blocks), 1);
        if (_isSplit)
            _slabPanels = Math.Clamp(_weight.Panels * _blocks / (TasksPerThread * threads), 1, _slabPanels);
    }

    /// <summary>Computes the outputs, one for each feature map: [N, O, H, W], channels-last.</summary>
    public Tensor[] Run()
    {
        if (!_isSplit)
        {
            ParallelFor.Run(_blocks, ComputeBlock);
        }
        else
        {
            var point = PointStride(_tiles.Count, _inputStride);
            using var shared = ScratchMemory.Rent(Domain * point);
            var from = shared.Pointer;
            ParallelFor.Run(DivideUp(_tiles.Count, TransformTiles), task =>
            {
                var first = task * TransformTiles;
                TransformInputs(first, Math.Min(TransformTiles, _tiles.Count - first), from + first * _inputStride, point);
            });
            var slabs = DivideUp(_weight.Panels, _slabPanels);
            ParallelFor.Run(_blocks * slabs, task => ComputeSlab(from, task / slabs, task % slabs * _slabPanels));
        }

        return _outputs;
    }

    public void Dispose()
    {
        _constants.Dispose();
        foreach (var input in _inputs)
            input.Dispose();
        foreach (var residual in _residuals ?? [])
            residual.Dispose();
    }

    private static Tensor[] ChannelsLast(ReadOnlySpan<Tensor> maps)
    {
        var result = new Tensor[maps.Length];
        for (var i = 0; i < maps.Length; i++)
            result[i] = maps[i].ChannelsLast();
        return result;
    }

    private static WinogradMap<T>[] Maps(Tensor[] tensors, int channels) => Array.ConvertAll(tensors, map => new WinogradMap<T>(map, channels));

    private static int RoundUp(int value, int step) => (value + step - 1) / step * step;

    private static int DivideUp(int value, int by) => (value + by - 1) / by;

    private static nint PointStride(int tiles, nint channels) => tiles * channels + Skew;

    // Computes all output channels of one block: input transform, GEMMs and output transform.
    private void ComputeBlock(int block)
    {
        var (first, count) = Block(block);
        var inputPoint = PointStride(_blockTiles, _inputStride);
        using var scratch = ScratchMemory.Rent(Domain * (inputPoint + PointStride(_blockTiles, (nint)_slabPanels * GemmMicroKernel.PanelWidth)));
        TransformInputs(first, count, scratch.Pointer, inputPoint);
        for (var panel = 0; panel < _weight.Panels; panel += _slabPanels)
            Multiply(scratch.Pointer, inputPoint, first, count, panel, scratch.Pointer + Domain * inputPoint);
    }

    // Computes a range of output channels of one block from transformed inputs: GEMMs and output transform.
    private void ComputeSlab(float* from, int block, int panel)
    {
        var (first, count) = Block(block);
        using var scratch = ScratchMemory.Rent(Domain * PointStride(_blockTiles, (nint)_slabPanels * GemmMicroKernel.PanelWidth));
        Multiply(from + first * _inputStride, PointStride(_tiles.Count, _inputStride), first, count, panel, scratch.Pointer);
    }

    private (int First, int Count) Block(int block) => (block * _blockTiles, Math.Min(_blockTiles, _tiles.Count - block * _blockTiles));

    private void TransformInputs(int first, int count, float* to, nint pointStride)
    {
        var pixels = stackalloc T*[Domain];
        for (var i = 0; i < count; i++)
        {
            var (map, image, top, left) = _tiles[first + i];
            _inputMaps[map].GetPixelAddresses(image, top - 1, left - 1, Points, _zeros, pixels);
            Input(pixels, _weight.Inputs, to + i * _inputStride, pointStride, (int)_inputStride, 0);
        }
    }

    private void Multiply(float* from, nint inputPoint, int first, int count, int panel, float* to)
    {
        var panels = Math.Min(_slabPanels, _weight.Panels - panel);
        var width = GemmMicroKernel.PanelWidth;
        var outputStride = (nint)panels * width;
        var outputPoint = PointStride(_blockTiles, outputStride);
        var depth = DivideUp(_weight.Inputs, DivideUp(_weight.Inputs, MaxDepth));
        for (var point = 0; point < Domain; point++)
        {
            for (var k = 0; k < _weight.Inputs; k += depth)
            {
                var size = Math.Min(depth, _weight.Inputs - k);
                for (var p = 0; p < panels; p++)
                {
                    var b = _weight.Panel(point, panel + p) + (nint)k * width;
                    var a = from + point * inputPoint + k;
                    var c = to + point * outputPoint + p * width;
                    for (var row = 0; row < count; row += GemmMicroKernel.MaxRows, a += GemmMicroKernel.MaxRows * _inputStride, c += GemmMicroKernel.MaxRows * outputStride)
                        GemmMicroKernel.Multiply(a, _inputStride, 1, Math.Min(GemmMicroKernel.MaxRows, count - row), b, size, c, outputStride, k > 0);
                }
            }
        }

        for (var i = 0; i < count; i++)
        {
            var (map, image, top, left) = _tiles[first + i];
            TransformOutput(to + i * outputStride, outputPoint, panel * width, Math.Min(panels * width, _weight.Outputs - panel * width), map, image, top, left);
        }
    }

    // Applies the output transform to one tile, fused with bias, residual and ReLU.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TransformOutput(float* from, nint pointStride, int firstChannel, int channels, int map, int image, int top, int left)
    {
        var memory = stackalloc float[(Tile * Points + Tile * Tile + 1) * Lanes];
        float* half = Align(memory), results = half + Tile * Points * Lanes;
        var (rows, columns) = _outputMaps[map].Extent(top, left);
        nint pixelStride = _outputMaps[map].PixelStride, rowStride = _outputMaps[map].RowStride;
        var to = _outputMaps[map].Pixel(image, top, left) + firstChannel;
        var add = _residuals is null ? null : _residualMaps[map].Pixel(image, top, left) + firstChannel;
        var relu = _relu;
        var bias = _bias + firstChannel;
        for (var channel = 0; channel < channels; channel += Lanes)
        {
            Output(from + channel, pointStride, half, results);
            var offset = Vector256.Load(bias + channel);
            var lanes = Math.Min(Lanes, channels - channel);
            for (var row = 0; row < rows; row++)
            {
                var at = row * rowStride + channel;
                for (var column = 0; column < columns; column++, at += pixelStride)
                {
                    var y = Vector256.Load(results + (row * Tile + column) * Lanes) + offset;
                    if (add != null)
                        y += Load(add + at, lanes);

                    // NaN stays NaN, because it is not less than 0.
                    if (relu)
                        y = Vector256.AndNot(y, Vector256.LessThan(y, Vector256<float>.Zero));
                    Store(y, to + at, lanes);
                }
            }
        }
    }
}
