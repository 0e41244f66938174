namespace RetinaSharp.Torch.Tests.Operators;

public class IndexingTests : LeakCheck
{
    private static readonly double[] Elements = [0, 1, 2, 10, 11, 12, 20, 21, 22];

    [Fact]
    public void IndexSelect_Rows_AreInTheOrderOfTheIndices()
    {
        using var scope = new TensorScope();
        Assert.Equal([20, 21, 22, 0, 1, 2], Numbers.Read(Make().IndexSelect(0, Index([2, 0], 2))));
    }

    [Fact]
    public void IndexCopy_AndFill_ChangeAndReturnTheTensor()
    {
        using var scope = new TensorScope();
        var tensor = Make();
        Assert.Same(tensor, tensor.IndexCopy_(0, Index([2, 0], 2), Numbers.Make([7, 8, 9, 4, 5, 6], [2, 3])));
        Assert.Same(tensor, tensor.IndexFill_(0, Index([1], 1), -1));
        Assert.Equal([4, 5, 6, -1, -1, -1, 7, 8, 9], Numbers.Read(tensor));
    }

    [Fact]
    public void GatherAndScatter_OnePlaceInARow_ReadAndWriteIt()
    {
        using var scope = new TensorScope();
        var (tensor, index) = (Make(), Index([2, 0, 1], 3, 1));
        Assert.Equal([2, 10, 21], Numbers.Read(tensor.Gather(1, index)));
        Assert.Equal([0, 1, -5, -5, 11, 12, 20, -5, 22], Numbers.Read(tensor.Scatter(1, index, -5)));
        Assert.Equal(Elements, Numbers.Read(tensor));
        Assert.Same(tensor, tensor.Scatter_(1, index, Numbers.Make([7, 8, 9], [3, 1])));
        Assert.Equal([0, 1, 7, 8, 11, 12, 20, 9, 22], Numbers.Read(tensor));
    }

    [Fact]
    public void IndexSelect_BeyondTheEnd_IsRefused()
    {
        using var scope = new TensorScope();
        Assert.Throws<TorchException>(() => Make().IndexSelect(0, Index([3], 1)));
    }

    private static Tensor Make() => Numbers.Make(Elements, [3, 3]);

    private static Tensor Index(long[] places, params long[] shape) => Tensor.From<long>(places, Device.Cpu, shape);
}
