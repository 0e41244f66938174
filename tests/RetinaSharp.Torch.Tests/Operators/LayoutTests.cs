namespace RetinaSharp.Torch.Tests.Operators;

public class LayoutTests : LeakCheck
{
    private static readonly double[] Elements = [.. Enumerable.Range(0, 24).Select(i => (double)i)];

    [Fact]
    public void Permute_ThreeDimensions_MovesTheElements()
    {
        using var scope = new TensorScope();
        var permuted = Numbers.Make(Elements, [2, 3, 4]).Permute(2, 0, 1);
        Assert.Equal([4, 2, 3], permuted.Shape.ToArray());
        var expected = from k in Enumerable.Range(0, 4)
                       from i in Enumerable.Range(0, 2)
                       from j in Enumerable.Range(0, 3)
                       select Elements[(((i * 3) + j) * 4) + k];
        Assert.Equal(expected, Numbers.Read(permuted));
    }

    [Fact]
    public void View_WithAnOpenSize_SharesTheMemory()
    {
        using var scope = new TensorScope();
        var tensor = Numbers.Make(Elements, [2, 3, 4]);
        var view = tensor.View(-1, 8);
        Assert.Equal([3, 8], view.Shape.ToArray());
        view.Data<double>()[5] = 99;
        Assert.Equal(99, tensor.Data<double>()[5]);
    }

    [Fact]
    public void View_OfTheWrongSize_IsRefused()
    {
        using var scope = new TensorScope();
        var tensor = Numbers.Make(Elements, [2, 3, 4]);
        Assert.StartsWith("aten::view(Float64[2, 3, 4], [5, 5]): ", Assert.Throws<TorchException>(() => tensor.View(5, 5)).Message);
    }

    [Fact]
    public void Slice_OfTheMiddle_TakesFromStartToEnd()
    {
        using var scope = new TensorScope();
        var slice = Numbers.Make(Elements, [2, 3, 4]).Slice(1, 1, 3);
        Assert.Equal([2, 2, 4], slice.Shape.ToArray());
        Assert.Equal([.. Elements[4..12], .. Elements[16..24]], Numbers.Read(slice));
    }

    [Fact]
    public void Slice_WrittenTo_ChangesTheTensor()
    {
        using var scope = new TensorScope();
        var tensor = Numbers.Make(Elements, [24]);
        tensor.Slice(0, 2, 4).Zero_();
        Assert.Equal([0, 1, 0, 0, 4], Numbers.Read(tensor)[..5]);
    }

    [Fact]
    public void ChannelsLast_OfAnImage_KeepsElementsAndChangesMemory()
    {
        using var scope = new TensorScope();
        var image = Numbers.Make(Elements, [1, 2, 3, 4]);
        var last = image.ChannelsLast();
        Assert.Equal([1, 2, 3, 4], last.Shape.ToArray());
        Assert.Equal(Elements, Numbers.Read(last));
        // N, H, W, C is C order now, and channel after channel is not.
        Assert.Equal([0, 12, 1, 13], last.Permute(0, 2, 3, 1).Data<double>()[..4].ToArray());
        Assert.Throws<TorchException>(() => last.Data<double>().Length);
        Assert.Equal(Elements, last.Contiguous().Data<double>().ToArray());
    }

    [Fact]
    public void ChannelsLast_OfHeadOutput_MakesThePermutationAView()
    {
        using var scope = new TensorScope();
        var output = Numbers.Make(Elements, [1, 6, 2, 2]).ChannelsLast();
        var rows = output.Permute(0, 2, 3, 1).View(1, 8, 3);
        rows.Zero_();
        Assert.Equal(new double[24], Numbers.Read(output));
    }

    [Fact]
    public void Contiguous_WhereItIsAlready_SharesTheMemory()
    {
        using var scope = new TensorScope();
        var tensor = Numbers.Make(Elements, [24]);
        tensor.Contiguous().Zero_();
        Assert.Equal(0, tensor.Data<double>()[7]);
    }

    [Fact]
    public void To_AnotherType_Converts()
    {
        using var scope = new TensorScope();
        var tensor = Numbers.Make([1.75, -2.5], [2]);
        Assert.Equal(ScalarType.Float32, tensor.To(ScalarType.Float32).Type);
        Assert.Equal([1, -2], tensor.To(ScalarType.Int64).Data<long>().ToArray());
        Assert.Equal([1.75, -2.5], Numbers.Read(tensor.To(Device.Cpu, ScalarType.BFloat16)));
        Assert.Equal([1.75f, -2.5f], tensor.ToArray());
    }

    [Fact]
    public void Clone_OfATensor_HasItsOwnMemoryInTheSameLayout()
    {
        using var scope = new TensorScope();
        var tensor = Numbers.Make(Elements, [1, 2, 3, 4]).ChannelsLast();
        var clone = tensor.Clone();
        tensor.Zero_();
        Assert.Equal(Elements, Numbers.Read(clone));
        Assert.Throws<TorchException>(() => clone.Data<double>().Length);
    }

    [Fact]
    public void EmptyLike_OfATensor_HasItsShapeAndItsOwnMemory()
    {
        using var scope = new TensorScope();
        var tensor = Numbers.Make(Elements, [2, 12]);
        var empty = tensor.EmptyLike();
        empty.Zero_();
        Assert.Equal("Float64[2, 12]", empty.ToString());
        Assert.Equal(Elements, Numbers.Read(tensor));
    }
}
