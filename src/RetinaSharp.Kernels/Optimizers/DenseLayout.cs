using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Optimizers;

/// <summary>
/// Shape and strides of a dense tensor, that is, one that is contiguous in some order of its dimensions. Tensors with the same layout have
/// corresponding elements at the same offsets in memory.
/// </summary>
internal sealed class DenseLayout
{
    private readonly long[] _shape;
    private readonly long[] _strides;

    /// <summary>Takes the layout from a tensor.</summary>
    /// <exception cref="ArgumentException">The tensor is not dense: it has gaps or overlapping elements.</exception>
    public DenseLayout(Tensor tensor, string name)
    {
        if (!IsDense(tensor))
            throw new ArgumentException($"{name}: {TensorMemory.Describe(tensor)} is not dense.");
        (_shape, _strides) = (tensor.shape, tensor.stride());
    }

    /// <summary>Returns whether a tensor is contiguous in some order of its dimensions.</summary>
    public static bool IsDense(Tensor tensor)
    {
        if (tensor.NumberOfElements == 0)
            return true;
        var expected = 1L;
        foreach (var (size, stride) in tensor.shape.Zip(tensor.stride()).Where(dimension => dimension.First != 1).OrderBy(dimension => dimension.Second))
        {
            if (stride != expected)
                return false;
            expected *= size;
        }

        return true;
    }

    public bool HasShape(Tensor tensor) => tensor.shape.AsSpan().SequenceEqual(_shape);

    public bool Matches(Tensor tensor)
    {
        if (!HasShape(tensor))
            return false;
        var strides = tensor.stride();
        for (var i = 0; i < _shape.Length; i++)
        {
            // The stride of a dimension of size 1 is irrelevant.
            if (_shape[i] != 1 && strides[i] != _strides[i])
                return false;
        }

        return true;
    }

    /// <summary>
    /// Returns the tensor itself if it has this layout; otherwise a copy with this layout, in the caller's dispose scope.
    /// </summary>
    public Tensor Fit(Tensor tensor) => Matches(tensor) ? tensor : empty_strided(_shape, _strides, tensor.dtype, tensor.device).copy_(tensor);
}
