namespace RetinaSharp.Torch;

/// <content>Over all elements, or along a dimension.</content>
public sealed partial class Tensor
{
    private static readonly Operator SumAllOperator = new("aten::sum");
    private static readonly Operator SumOperator = new("aten::sum", "dim_IntList");
    private static readonly Operator AmaxOperator = new("aten::amax");
    private static readonly Operator LogSumExpOperator = new("aten::logsumexp");
    private static readonly Operator SoftmaxOperator = new("aten::softmax", "int");

    /// <summary>Sum over dimensions, which disappear.</summary>
    /// <param name="dimensions">The dimensions.</param>
    public Tensor Sum(params long[] dimensions) => SumOperator.Call(this, dimensions, false);

    /// <summary>Sum of all elements, of no dimension.</summary>
    /// <param name="type">Type in which it is added up.</param>
    public Tensor SumAll(ScalarType type) => SumAllOperator.Call(this, type);

    /// <summary>Greatest element along a dimension, whose size becomes 1.</summary>
    /// <param name="dimension">The dimension.</param>
    public Tensor Amax(int dimension) => AmaxOperator.Call(this, new long[] { dimension }, true);

    /// <summary>log Σ exp(x) along a dimension, whose size becomes 1.</summary>
    /// <param name="dimension">The dimension.</param>
    public Tensor LogSumExp(int dimension) => LogSumExpOperator.Call(this, new long[] { dimension }, true);

    /// <summary>exp(x) / Σ exp(x) along a dimension.</summary>
    /// <param name="dimension">The dimension.</param>
    public Tensor Softmax(int dimension) => SoftmaxOperator.Call(this, (long)dimension);
}
