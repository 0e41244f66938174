namespace RetinaSharp.Torch.Tests.Operators;

public class ReductionTests : LeakCheck
{
    private static readonly double[] Elements = [.. Enumerable.Range(0, 24).Select(i => (double)i)];

    [Fact]
    public void Sum_OverDimensions_DropsThem()
    {
        using var scope = new TensorScope();
        var sum = Numbers.Make(Elements, [2, 3, 4]).Sum(0, 2);
        Assert.Equal([3], sum.Shape.ToArray());
        Assert.Equal([60, 92, 124], Numbers.Read(sum));
    }

    [Fact]
    public void SumAll_InDouble_LosesNothingOfSingles()
    {
        using var scope = new TensorScope();
        var sum = Numbers.Make([1e8, 1, 1, 1], [2, 2], ScalarType.Float32).SumAll(ScalarType.Float64);
        Assert.Equal("Float64[]", sum.ToString());
        Assert.Equal([1e8 + 3], Numbers.Read(sum));
    }

    [Fact]
    public void AlongADimension_EachOfThem_IsTheFormula()
    {
        using var scope = new TensorScope();
        var tensor = Numbers.Make([1, 3, 2, 800, 0, double.NegativeInfinity], [2, 3]);
        var (e1, e2, e3) = (Math.Exp(1), Math.Exp(2), Math.Exp(3));
        Assert.Equal([2, 1], tensor.Amax(1).Shape.ToArray());
        Assert.Equal([3, 800], Numbers.Read(tensor.Amax(1)));
        Assert.Equal([2, 1], tensor.LogSumExp(1).Shape.ToArray());
        Numbers.Close([Math.Log(e1 + e2 + e3), 800], Numbers.Read(tensor.LogSumExp(1)), 1e-14);
        Numbers.Close([e1 / (e1 + e2 + e3), e3 / (e1 + e2 + e3), e2 / (e1 + e2 + e3), 1, 0, 0], Numbers.Read(tensor.Softmax(1)), 1e-14);
    }
}
