namespace RetinaSharp.Torch;

/// <content>Element by element.</content>
public sealed partial class Tensor
{
    private static readonly Operator AddTensor = new("aten::add", "Tensor");
    private static readonly Operator AddTensorInPlace = new("aten::add_", "Tensor");
    private static readonly Operator SubtractTensor = new("aten::sub", "Tensor");
    private static readonly Operator MultiplyTensor = new("aten::mul", "Tensor");
    private static readonly Operator MultiplyScalar = new("aten::mul", "Scalar");
    private static readonly Operator AddScalar = new("aten::add", "Scalar");
    private static readonly Operator RsqrtOperator = new("aten::rsqrt");
    private static readonly Operator ReluOperator = new("aten::relu");
    private static readonly Operator ReluInPlaceOperator = new("aten::relu_");
    private static readonly Operator SigmoidOperator = new("aten::sigmoid");
    private static readonly Operator SoftplusOperator = new("aten::softplus");
    private static readonly Operator ExpOperator = new("aten::exp");
    private static readonly Operator LogitOperator = new("aten::logit");
    private static readonly Operator NegateOperator = new("aten::neg");
    private static readonly Operator CopyInPlace = new("aten::copy_");
    private static readonly Operator ZeroInPlace = new("aten::zero_");
    private static readonly Operator FillInPlace = new("aten::fill_", "Scalar");

    /// <summary>Sum, with broadcasting.</summary>
    /// <param name="left">A tensor.</param>
    /// <param name="right">Another.</param>
    public static Tensor operator +(Tensor left, Tensor right) => AddTensor.Call(left, right);

    /// <summary>Sum with a number.</summary>
    /// <param name="left">A tensor.</param>
    /// <param name="right">A number.</param>
    public static Tensor operator +(Tensor left, double right) => AddScalar.Call(left, right);

    /// <summary>Difference, with broadcasting.</summary>
    /// <param name="left">A tensor.</param>
    /// <param name="right">Another.</param>
    public static Tensor operator -(Tensor left, Tensor right) => SubtractTensor.Call(left, right);

    /// <summary>The negative of each element.</summary>
    /// <param name="tensor">A tensor.</param>
    public static Tensor operator -(Tensor tensor) => NegateOperator.Call(tensor);

    /// <summary>Product, with broadcasting.</summary>
    /// <param name="left">A tensor.</param>
    /// <param name="right">Another.</param>
    public static Tensor operator *(Tensor left, Tensor right) => MultiplyTensor.Call(left, right);

    /// <summary>Product with a number.</summary>
    /// <param name="left">A tensor.</param>
    /// <param name="right">A number.</param>
    public static Tensor operator *(Tensor left, double right) => MultiplyScalar.Call(left, right);

    /// <summary>Adds another tensor in place.</summary>
    /// <param name="other">A tensor that broadcasts to this one's shape.</param>
    public Tensor Add_(Tensor other)
    {
        AddTensorInPlace.CallInPlace(this, other);
        return this;
    }

    /// <summary>1 / sqrt of each element.</summary>
    public Tensor Rsqrt() => RsqrtOperator.Call(this);

    /// <summary>max(0, x).</summary>
    public Tensor Relu() => Device.IsMeta ? EmptyLike() : ReluOperator.Call(this);

    /// <summary>max(0, x), in place.</summary>
    public Tensor Relu_()
    {
        if (!Device.IsMeta)
            ReluInPlaceOperator.CallInPlace(this);
        return this;
    }

    /// <summary>1 / (1 + exp(-x)).</summary>
    public Tensor Sigmoid() => SigmoidOperator.Call(this);

    /// <summary>log(1 + exp(x)).</summary>
    public Tensor Softplus() => SoftplusOperator.Call(this);

    /// <summary>exp(x).</summary>
    public Tensor Exp() => ExpOperator.Call(this);

    /// <summary>log(p / (1 - p)), which takes <see cref="Sigmoid"/> back.</summary>
    public Tensor Logit() => LogitOperator.Call(this);

    /// <summary>Takes over the elements of another tensor, converted to this one's type and device.</summary>
    /// <param name="source">A tensor that broadcasts to this one's shape.</param>
    public Tensor Copy_(Tensor source)
    {
        CopyInPlace.CallInPlace(this, source);
        return this;
    }

    /// <summary>Sets every element to a number.</summary>
    /// <param name="value">The number.</param>
    public Tensor Fill_(double value)
    {
        FillInPlace.CallInPlace(this, value);
        return this;
    }

    /// <summary>Sets every element to zero.</summary>
    public Tensor Zero_()
    {
        ZeroInPlace.CallInPlace(this);
        return this;
    }
}
