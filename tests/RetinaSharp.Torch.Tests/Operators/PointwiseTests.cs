namespace RetinaSharp.Torch.Tests.Operators;

public class PointwiseTests : LeakCheck
{
    private static readonly double[] Left = Numbers.Uniform(1, 6);
    private static readonly double[] Row = Numbers.Uniform(2, 3);
    private static readonly double[] Column = Numbers.Uniform(3, 2);

    [Fact]
    public void Arithmetic_OfARow_Broadcasts()
    {
        using var scope = new TensorScope();
        var (left, row) = (Numbers.Make(Left, [2, 3]), Numbers.Make(Row, [3]));
        Check(left + row, i => Left[i] + Row[i % 3]);
        Check(left - row, i => Left[i] - Row[i % 3]);
        Check(row - left, i => Row[i % 3] - Left[i]);
        Check(left * row, i => Left[i] * Row[i % 3]);
    }

    [Fact]
    public void Arithmetic_OfRowAndColumn_BroadcastsBoth()
    {
        using var scope = new TensorScope();
        var (row, column) = (Numbers.Make(Row, [3]), Numbers.Make(Column, [2, 1]));
        Check(row + column, i => Row[i % 3] + Column[i / 3]);
        Check(row * column, i => Row[i % 3] * Column[i / 3]);
        Check(column - row, i => Column[i / 3] - Row[i % 3]);
    }

    [Fact]
    public void Arithmetic_WithANumber_IsByElement()
    {
        using var scope = new TensorScope();
        var left = Numbers.Make(Left, [2, 3]);
        Check(left + .3, i => Left[i] + .3);
        Check(left * -1.7, i => Left[i] * -1.7);
    }

    [Fact]
    public void Functions_OfEachElement_AreTheFormulas()
    {
        using var scope = new TensorScope();
        var left = Numbers.Make(Left, [2, 3]);
        Check(left.Relu(), i => Math.Max(0, Left[i]));
        Check(left.Sigmoid(), i => 1 / (1 + Math.Exp(-Left[i])));
        Check((left * left).Rsqrt(), i => 1 / Math.Abs(Left[i]));
        Check(-left, i => -Left[i]);
        Check(left.Exp(), i => Math.Exp(Left[i]));
        Check(left.Softplus(), i => Math.Log(1 + Math.Exp(Left[i])));
        Check(left.Sigmoid().Logit(), i => Left[i]);
    }

    [Fact]
    public void InPlace_EachOfThem_ChangesAndReturnsTheTensor()
    {
        using var scope = new TensorScope();
        var (left, row) = (Numbers.Make(Left, [2, 3]), Numbers.Make(Row, [3]));
        Assert.Same(left, left.Add_(row));
        Check(left, i => Left[i] + Row[i % 3]);
        Assert.Same(left, left.Relu_());
        Check(left, i => Math.Max(0, Left[i] + Row[i % 3]));
        Assert.Same(left, left.Copy_(row));
        Check(left, i => Row[i % 3]);
        Assert.Same(left, left.Zero_());
        Check(left, _ => 0);
    }

    [Fact]
    public void InPlace_EachOfThem_MakesNoHandle()
    {
        using var scope = new TensorScope();
        var (left, row) = (Numbers.Make(Left, [2, 3]), Numbers.Make(Row, [3]));
        var before = TensorCount.Alive;
        left.Add_(row).Relu_().Copy_(row).Zero_();
        Assert.Equal(before, TensorCount.Alive);
    }

    [Fact]
    public void Copy_FromAnotherType_Converts()
    {
        using var scope = new TensorScope();
        var target = Tensor.Zeros(ScalarType.BFloat16, Device.Cpu, 2);
        // 1 + 2^-8 lies between two neighbours; the even one is taken.
        target.Copy_(Numbers.Make([1 + (1 / 256d), -3], [2]));
        Assert.Equal([1, -3], Numbers.Read(target));
    }

    private static void Check(Tensor actual, Func<int, double> expected)
    {
        Assert.Equal([2, 3], actual.Shape.ToArray());
        Numbers.Close([.. Enumerable.Range(0, 6).Select(expected)], Numbers.Read(actual), 1e-14);
    }
}
