using static RetinaSharp.Kernels.WinogradTransforms;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>
/// Computes the gradient of a Winograd convolution with respect to its weights. In the Winograd domain it is one GEMM per point that sums
/// over the tiles: transposed output gradients times inputs. The tiles are processed in chunks. For each chunk, all threads first transform
/// inputs and output gradients into packed panels. Then each task computes a block of output and input channels for all points; its sums
/// stay in the L2 cache, and after the last chunk the same task transforms them back. Chunk order and size depend only on shapes, so the
/// result is deterministic.
/// </summary>
/// <typeparam name="T">Element type of the feature maps and the gradient.</typeparam>
internal sealed unsafe class WinogradWeightGradient<T> : IDisposable
    where T : unmanaged, IMapElement<T>
{
    private const int Skew = 16;

    // Number of elements of a chunk per point, inputs and gradients together: 4.5 to 36 MB for all points. Within these limits it is a
    // multiple of the number of sums (elements of the gradient), which are read and written once per chunk.
    private const int MinChunkElements = 32 * 1024, MaxChunkElements = 256 * 1024, ElementsPerSum = 8, MinChunkTiles = 64;

    // Number of tiles that are summed at a time: two panels, 16 KB each with AVX2, stay in the L1 and L2 caches.
    private const int MaxDepth = 256;

    // Maximum numbers of output and input channels that a task computes.
    private const int MaxOutputs = 64, MaxInputs = 64;
    private const int TasksPerThread = 4;

    // Number of tiles that a task transforms.
    private const int TaskTiles = 4;

    private readonly Tensor[] _inputs, _gradients;
    private readonly WinogradMap<T>[] _inputMaps, _gradientMaps;
    private readonly WinogradTiles _tiles;
    private readonly int _inputChannels, _outputChannels, _inputPanels, _outputPanels, _chunk, _blockInputs, _blockOutputs;
    private readonly nint _inputPoint, _gradientPoint, _sumPoint, _sumStride;
    private readonly bool _isOneChunk;
    private readonly ScratchMemory _memory;
    private readonly float* _inputValues, _gradientValues, _sums;
    private readonly T* _zeros;

    public WinogradWeightGradient(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputGradients)
    {
        _inputs = inputs.ToArray();
        _gradients = outputGradients.ToArray();
        for (var i = 0; i < _inputs.Length; i++)
            (_inputs[i], _gradients[i]) = (_inputs[i].ChannelsLast(), _gradients[i].ChannelsLast());
        _tiles = new(inputs);
        _inputChannels = checked((int)inputs[0].shape[1]);
        _outputChannels = checked((int)outputGradients[0].shape[1]);
        _inputMaps = Array.ConvertAll(_inputs, map => new WinogradMap<T>(map, _inputChannels));
        _gradientMaps = Array.ConvertAll(_gradients, map => new WinogradMap<T>(map, _outputChannels));
        var width = GemmMicroKernel.PanelWidth;
        _inputPanels = (_inputChannels + width - 1) / width;
        _outputPanels = (_outputChannels + width - 1) / width;
        var chunkElements = (int)Math.Clamp((long)ElementsPerSum * _inputChannels * _outputChannels, MinChunkElements, MaxChunkElements);
        var chunks = Math.Max(1, DivideUp(_tiles.Count, Math.Max(chunkElements / (_inputChannels + _outputChannels), MinChunkTiles)));
        _chunk = DivideUp(_tiles.Count, chunks);
        _isOneChunk = chunks == 1;
        (_blockInputs, _blockOutputs) = (Math.Min(MaxInputs / width, _inputPanels), Math.Min(MaxOutputs / width, _outputPanels));
        while (DivideUp(_inputPanels, _blockInputs) * DivideUp(_outputPanels, _blockOutputs) < TasksPerThread * get_num_threads() && _blockInputs * _blockOutputs > 1)
            _ = _blockOutputs >= _blockInputs ? _blockOutputs = DivideUp(_blockOutputs, 2) : _blockInputs = DivideUp(_blockInputs, 2);
        _inputPoint = (nint)_inputPanels * _chunk * width + Skew;
        _gradientPoint = (nint)_outputPanels * _chunk * width + Skew;
        _sumStride = (nint)_blockInputs * width;
        _sumPoint = _blockOutputs * width * _sumStride + Skew;
        var blocks = (nint)DivideUp(_inputPanels, _blockInputs) * DivideUp(_outputPanels, _blockOutputs);
        var zeros = Math.Max(_inputPanels, _outputPanels) * width;
        _memory = ScratchMemory.Rent(Domain * (_inputPoint + _gradientPoint + (_isOneChunk ? 0 : blocks * _sumPoint)) + zeros);
        _inputValues = _memory.Pointer;
        _gradientValues = _inputValues + Domain * _inputPoint;
        _zeros = (T*)(_gradientValues + Domain * _gradientPoint);
        _sums = _gradientValues + Domain * _gradientPoint + zeros;
        new Span<T>(_zeros, zeros).Clear();
    }

    /// <summary>Computes the weight gradient [O, I, 3, 3], channels-last.</summary>
    public Tensor Run()
    {
        using var rows = empty(_outputChannels, Kernel, Kernel, _inputChannels, T.Type);
        var to = (T*)TensorMemory.Pointer(rows);
        for (var first = 0; first < _tiles.Count; first += _chunk)
        {
            var start = first;
            var count = Math.Min(_chunk, _tiles.Count - first);
            ParallelFor.Run(DivideUp(count, TaskTiles), task => Transform(start, task * TaskTiles, Math.Min(TaskTiles, count - task * TaskTiles)));
            ParallelFor.Run(DivideUp(_outputPanels, _blockOutputs) * DivideUp(_inputPanels, _blockInputs), task => ComputeBlock(task, start, count, to));
        }

        return rows.permute(0, 3, 1, 2);
    }

    public void Dispose()
    {
        _memory.Dispose();
        for (var i = 0; i < _inputs.Length; i++)
        {
            _inputs[i].Dispose();
            _gradients[i].Dispose();
        }
    }

    // Transforms inputs and output gradients of some tiles of a chunk into panels [tile, PanelWidth].
    private void Transform(int start, int first, int count)
    {
        var pixels = stackalloc T*[Domain];
        var width = GemmMicroKernel.PanelWidth;
        for (var i = first; i < first + count; i++)
        {
            var (map, image, top, left) = _tiles[start + i];
            _inputMaps[map].GetPixelAddresses(image, top - 1, left - 1, Points, _zeros, pixels);
            WinogradTileTransforms.Input(pixels, _inputChannels, _inputValues + i * width, _inputPoint, width, _chunk * width);
            _gradientMaps[map].GetPixelAddresses(image, top, left, Tile, _zeros, pixels);
            WinogradTileTransforms.OutputGradient(pixels, _outputChannels, _gradientValues + i * width, _gradientPoint, width, _chunk * width);
        }
    }

    // Computes the GEMMs of one block of output and input channels, [O, T] x [T, I] per point, where T are the tiles of a chunk. After the
    // last chunk, transforms the sums to weight gradients.
    private void ComputeBlock(int task, int start, int count, T* to)
    {
        var width = GemmMicroKernel.PanelWidth;
        var inputBlocks = DivideUp(_inputPanels, _blockInputs);
        int firstOutput = task / inputBlocks * _blockOutputs, firstInput = task % inputBlocks * _blockInputs;
        using var scratch = _isOneChunk ? ScratchMemory.Rent(Domain * _sumPoint) : null;
        var sums = scratch is null ? _sums + task * Domain * _sumPoint : scratch.Pointer;
        var outputs = Math.Min(_blockOutputs * width, _outputChannels - firstOutput * width);
        for (var point = 0; point < Domain; point++)
        {
            for (var k = 0; k < count; k += MaxDepth)
            {
                for (var panel = 0; panel < _blockInputs && firstInput + panel < _inputPanels; panel++)
                {
                    var b = _inputValues + point * _inputPoint + ((nint)(firstInput + panel) * _chunk + k) * width;
                    for (var output = 0; output < outputs; output += width)
                    {
                        var a = _gradientValues + point * _gradientPoint + ((nint)(firstOutput + output / width) * _chunk + k) * width;
                        var c = sums + point * _sumPoint + output * _sumStride + panel * width;
                        var rows = Math.Min(width, outputs - output);
                        for (var row = 0; row < rows; row += GemmMicroKernel.MaxRows)
                            GemmMicroKernel.Multiply(a + row, 1, width, Math.Min(GemmMicroKernel.MaxRows, rows - row), b, Math.Min(MaxDepth, count - k), c + row * _sumStride, _sumStride, start + k > 0);
                    }
                }
            }
        }

        if (start + count < _tiles.Count)
            return;
        var inputs = Math.Min(_blockInputs * width, _inputChannels - firstInput * width);
        for (var output = 0; output < outputs; output++)
        {
            var weight = to + ((nint)firstOutput * width + output) * Kernel * Kernel * _inputChannels + firstInput * width;
            WinogradTileTransforms.WeightGradient(sums + output * _sumStride, _sumPoint, inputs, weight, _inputChannels);
        }
    }

    private static int DivideUp(int value, int by) => (value + by - 1) / by;
}
