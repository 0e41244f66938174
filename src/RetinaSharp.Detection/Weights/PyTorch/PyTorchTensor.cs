namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>A view of a storage: element (i, j, …) is at <paramref name="Offset"/> + i · stride 0 + j · stride 1 + …. Checked to lie within.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Offset">Place of the first element, in elements.</param>
/// <param name="Shape">Its dimensions, outermost first.</param>
/// <param name="Strides">Elements from one to the next, for each dimension; none is negative.</param>
/// <param name="Count">Number of elements, not above the storage's.</param>
/// <param name="Extent">Elements of the storage from the first to the last one, both included; 0 where there is none.</param>
internal sealed record PyTorchTensor(PyTorchStorage Storage, long Offset, long[] Shape, long[] Strides, long Count, long Extent)
{
    /// <summary>Makes a view that a file describes; null where it does not lie within its storage, or some elements stand at one place.</summary>
    public static PyTorchTensor? Create(PyTorchStorage storage, long offset, long[] shape, long[] strides)
    {
        if (offset < 0 || shape.Length != strides.Length || shape.Any(dimension => dimension < 0) || strides.Any(stride => stride < 0))
            return null;
        if (shape.Contains(0))
            return new(storage, offset, shape, strides, 0, 0);
        var (count, extent) = (1L, 1L);
        for (var i = 0; i < shape.Length; i++)
        {
            // Neither passes the storage's count at any step, which bounds every product below.
            if (shape[i] > storage.Count || shape[i] > storage.Count / count || (shape[i] > 1 && strides[i] > storage.Count / (shape[i] - 1)))
                return null;
            count *= shape[i];
            extent += (shape[i] - 1) * strides[i];
            if (extent > storage.Count)
                return null;
        }

        return offset <= storage.Count - extent ? new(storage, offset, shape, strides, count, extent) : null;
    }

    /// <summary>Whether the elements follow each other in C order.</summary>
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

    /// <summary>Puts elements into C order.</summary>
    /// <param name="source">[<see cref="Extent"/>] elements of the storage, from the first.</param>
    /// <returns>[<see cref="Count"/>] elements.</returns>
    public float[] Gather(float[] source)
    {
        var values = new float[Count];
        var index = new long[Shape.Length];
        var place = 0L;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = source[place];
            for (var d = Shape.Length - 1; d >= 0; d--)
            {
                place += Strides[d];
                if (++index[d] < Shape[d])
                    break;
                place -= Shape[d] * Strides[d];
                index[d] = 0;
            }
        }

        return values;
    }
}
