namespace RetinaSharp.Torch;

/// <content>Elements by index. Indices are Int64.</content>
public sealed partial class Tensor
{
    private static readonly Operator IndexSelectOperator = new("aten::index_select");
    private static readonly Operator IndexCopyInPlace = new("aten::index_copy_");
    private static readonly Operator IndexFillInPlace = new("aten::index_fill_", "int_Scalar");
    private static readonly Operator GatherOperator = new("aten::gather");
    private static readonly Operator ScatterScalar = new("aten::scatter", "value");
    private static readonly Operator ScatterInPlace = new("aten::scatter_", "src");

    /// <summary>The slices of a dimension that the indices name, in their order.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="index">[n].</param>
    public Tensor IndexSelect(int dimension, Tensor index) => IndexSelectOperator.Call(this, (long)dimension, index);

    /// <summary>Overwrites the slices of a dimension that the indices name.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="index">[n]; none twice.</param>
    /// <param name="source">The new slices, n along the dimension.</param>
    public Tensor IndexCopy_(int dimension, Tensor index, Tensor source)
    {
        IndexCopyInPlace.CallInPlace(this, (long)dimension, index, source);
        return this;
    }

    /// <summary>Fills the slices of a dimension that the indices name with a number.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="index">[n].</param>
    /// <param name="value">The number.</param>
    public Tensor IndexFill_(int dimension, Tensor index, double value)
    {
        IndexFillInPlace.CallInPlace(this, (long)dimension, index, value);
        return this;
    }

    /// <summary>Elements whose index along a dimension is given place by place.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="index">As many dimensions as this tensor; the result's shape.</param>
    public Tensor Gather(int dimension, Tensor index) => GatherOperator.Call(this, (long)dimension, index);

    /// <summary>A copy with a number at the places that <see cref="Gather"/> would read.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="index">As many dimensions as this tensor.</param>
    /// <param name="value">The number.</param>
    public Tensor Scatter(int dimension, Tensor index, double value) => ScatterScalar.Call(this, (long)dimension, index, value);

    /// <summary>Overwrites the places that <see cref="Gather"/> would read.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="index">As many dimensions as this tensor.</param>
    /// <param name="source">The new elements, of the index's shape.</param>
    public Tensor Scatter_(int dimension, Tensor index, Tensor source)
    {
        ScatterInPlace.CallInPlace(this, (long)dimension, index, source);
        return this;
    }
}
