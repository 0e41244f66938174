namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>
/// A tensor in a PyTorch file: a strided view of a storage. Element (i, j, …) is at index <paramref name="Offset"/> + i · stride 0 + j · stride 1 + …. It has
/// been checked that the tensor lies within the storage.
/// </summary>
/// <param name="Storage">The storage that holds the elements.</param>
/// <param name="Offset">Index of the first element in the storage.</param>
/// <param name="Shape">Dimensions, outermost first.</param>
/// <param name="Strides">Stride of each dimension in elements, at least 0.</param>
/// <param name="Count">Number of elements of the tensor; at most that of the storage.</param>
/// <param name="Extent">Number of storage elements from the first to the last element of the tensor, inclusive; 0 if the tensor is empty.</param>
internal sealed record PyTorchTensor(PyTorchStorage Storage, long Offset, long[] Shape, long[] Strides, long Count, long Extent)
{
    /// <summary>
    /// Creates a tensor as the file describes it. Returns null if the tensor does not lie within its storage, or has more elements than the storage.
    /// </summary>
    public static PyTorchTensor? Create(PyTorchStorage storage, long offset, long[] shape, long[] strides)
    {
        if (offset < 0 || shape.Length != strides.Length || shape.Any(dimension => dimension < 0) || strides.Any(stride => stride < 0))
            return null;
        if (shape.Contains(0))
            return new(storage, offset, shape, strides, 0, 0);
        var (count, extent) = (1L, 1L);
        for (var i = 0; i < shape.Length; i++)
        {
            // Count and extent never exceed the storage's count, so the products below cannot overflow.
            if (shape[i] > storage.Count || shape[i] > storage.Count / count || (shape[i] > 1 && strides[i] > storage.Count / (shape[i] - 1)))
                return null;
            count *= shape[i];
            extent += (shape[i] - 1) * strides[i];
            if (extent > storage.Count)
                return null;
        }

        return offset <= storage.Count - extent ? new(storage, offset, shape, strides, count, extent) : null;
    }

    /// <summary>Whether the elements are contiguous in row-major order.</summary>
    public bool IsContiguous
    {
        get
        {
            var expected = 1L;
            for (var i = Shape.Length - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected)
                    return false;
                expected *= Shape[i];
            }

            return true;
        }
    }

    /// <summary>Copies the elements of the tensor into row-major order.</summary>
    /// <param name="source">The storage's elements from the first to the last element of the tensor, [<see cref="Extent"/>].</param>
    /// <returns>The elements of the tensor in row-major order, [<see cref="Count"/>].</returns>
    public float[] Gather(float[] source)
    {
        var values = new float[Count];
        var index = new long[Shape.Length];
        var position = 0L;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = source[position];
            for (var d = Shape.Length - 1; d >= 0; d--)
            {
                position += Strides[d];
                if (++index[d] < Shape[d])
                    break;
                position -= Shape[d] * Strides[d];
                index[d] = 0;
            }
        }

        return values;
    }
}
