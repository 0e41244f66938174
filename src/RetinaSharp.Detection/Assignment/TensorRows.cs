using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Assignment;

/// <summary>
/// The rows of an output of the network, in fp32 on the CPU. Address, length and width are read once, because every property of a tensor is a native call. The
/// memory lives in the dispose scope of the caller, which must outlive the rows.
/// </summary>
internal sealed unsafe class TensorRows
{
    // Owns the memory; kept so that it is not finalized before the rows.
    private readonly Tensor _tensor;
    private readonly float* _elements;
    private readonly int _length;
    private readonly int _width;

    /// <param name="output">The output [N, anchors, width], of any data type and device.</param>
    public TensorRows(Tensor output)
    {
        _tensor = output.detach().to(ScalarType.Float32, CPU).contiguous();
        _elements = (float*)_tensor.Address();
        _length = checked((int)_tensor.NumberOfElements);
        _width = (int)_tensor.shape[2];
    }

    /// <summary>The row at an index, [width].</summary>
    /// <param name="row">The index, image by image.</param>
    public ReadOnlySpan<float> this[int row] => new ReadOnlySpan<float>(_elements, _length).Slice(row * _width, _width);
}
