using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests;

public sealed class TensorMemoryTests : LeakCheck
{
    [Fact]
    public void Create_Elements_RoundTrip()
    {
        using var scope = NewDisposeScope();
        var tensor = TensorMemory.Create<float>([1, 2, 3, 4, 5, 6], ScalarType.Float32, 2, 3);
        Assert.Equal([2, 3], tensor.shape);
        Assert.Equal(ScalarType.Float32, tensor.dtype);
        Assert.Equal([1f, 2, 3, 4, 5, 6], tensor.Elements<float>());
        Assert.Equal(6, tensor[1, 2].ToSingle());
        tensor.Elements<float>()[5] = 7;
        Assert.Equal(7, tensor[1, 2].ToSingle());
    }

    [Fact]
    public void Create_Bf16_CopiesBits()
    {
        using var tensor = TensorMemory.Create<ushort>([0x3f80, 0xc000], ScalarType.BFloat16, 2);
        using var values = tensor.to(ScalarType.Float32);
        Assert.Equal([1f, -2], values.Elements<float>());
    }

    [Fact]
    public void Create_NoElementsOrScalar_IsCreated()
    {
        using var none = TensorMemory.Create<float>([], ScalarType.Float32, 0, 3);
        Assert.Equal(0, none.Elements<float>().Length);
        using var scalar = TensorMemory.Create<long>([5], ScalarType.Int64);
        Assert.Equal(5, scalar.ToInt64());
    }

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    public void Create_WrongNumberOfElements_Throws(int count) =>
        Assert.Throws<ArgumentException>(() => TensorMemory.Create<float>(new float[count], ScalarType.Float32, 2, 3).Dispose());

    [Fact]
    public void Create_WrongElementSize_Throws() => Assert.Throws<ArgumentException>(() => TensorMemory.Create<float>(new float[6], ScalarType.BFloat16, 2, 3).Dispose());

    [Fact]
    public void Elements_WrongElementSize_Throws()
    {
        using var tensor = zeros(3);
        Assert.Throws<ArgumentException>(() => tensor.Elements<double>().Length);
        Assert.Throws<ArgumentException>(() => tensor.Elements<ushort>().Length);
        Assert.Equal(3, tensor.Elements<int>().Length);
    }

    [Fact]
    public void Elements_NotOnTheCpu_Throws()
    {
        using var tensor = empty(3, device: new Device(DeviceType.META));
        Assert.Throws<ArgumentException>(() => tensor.Elements<float>().Length);
    }

    [Fact]
    public void Elements_Slice_StartsAtItsFirstElement()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([2f, 3], arange(5, ScalarType.Float32)[TensorIndex.Slice(2, 4)].Elements<float>());
    }

    [Fact]
    public void ChannelsLast_RoundTrip_KeepsValues()
    {
        using var scope = NewDisposeScope();
        var tensor = arange(2 * 3 * 2 * 2, ScalarType.Float32).view(2, 3, 2, 2);
        var last = tensor.ChannelsLast();
        Assert.True(last.IsChannelsLast());
        Assert.False(tensor.IsChannelsLast());
        Assert.True(tensor.Equals(last));
        Assert.Equal([0f, 4, 8, 1, 5, 9], last.Elements<float>()[..6]);
        Assert.Equal(tensor.Elements<float>(), last.contiguous().Elements<float>());
    }

    [Fact]
    public void ChannelsLast_AlreadyChannelsLast_SharesMemory()
    {
        using var scope = NewDisposeScope();
        var last = zeros(2, 3, 2, 2).ChannelsLast();
        var again = last.ChannelsLast();
        Assert.NotSame(last, again);
        again.Elements<float>()[0] = 5;
        Assert.Equal(5, last[0, 0, 0, 0].ToSingle());
    }

    [Theory]
    [InlineData(2, 1, 4, 5)]
    [InlineData(2, 7, 1, 1)]
    [InlineData(0, 3, 2, 2)]
    public void ChannelsLast_AmbiguousFormat_HasChannelsLastStrides(int images, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var tensor = zeros(images, channels, height, width);
        Assert.False(tensor.IsChannelsLast());
        var last = tensor.ChannelsLast();
        Assert.True(last.IsChannelsLast());
        Assert.Equal([(long)channels * height * width, 1, (long)channels * width, channels], last.stride());
        last.fill_(3);
        Assert.True((tensor == 3).all().ToBoolean());
    }

    [Fact]
    public void ChannelsLast_InGraph_IsDifferentiable()
    {
        using var scope = NewDisposeScope();
        var leaf = randn(1, 3, 4, 5).requires_grad_();
        leaf.ChannelsLast().sum().backward();
        Assert.Equal(60, leaf.grad!.sum().ToSingle());
    }
}
