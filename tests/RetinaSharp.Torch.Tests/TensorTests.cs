namespace RetinaSharp.Torch.Tests;

public class TensorTests : LeakCheck
{
    [Fact]
    public void From_EveryType_HoldsTheElements()
    {
        using var scope = new TensorScope();
        Check<float>([1.5f, -2], ScalarType.Float32);
        Check([1.5, -2], ScalarType.Float64);
        Check([1, -2], ScalarType.Int32);
        Check([1L << 40, -2], ScalarType.Int64);
        Check<byte>([1, 255], ScalarType.UInt8);
        Check([true, false], ScalarType.Bool);

        static void Check<T>(T[] elements, ScalarType type)
            where T : unmanaged
        {
            var tensor = Tensor.From<T>(elements, Device.Cpu, 2);
            Assert.Equal(type, tensor.Type);
            Assert.Equal(elements, tensor.Data<T>().ToArray());
        }
    }

    [Fact]
    public void From_UpperHalvesOfFloats_IsBFloat16()
    {
        using var scope = new TensorScope();
        var tensor = Tensor.From<Upper>([new(0x3FC0), new(0xC000)], Device.Cpu, 2);
        Assert.Equal(ScalarType.BFloat16, tensor.Type);
        Assert.Equal([1.5f, -2f], tensor.ToArray());
    }

    [Fact]
    public void From_HalfPrecision_IsRefused()
    {
        // It has two bytes too, and would be read as bfloat16.
        Assert.Throws<ArgumentException>(() => Tensor.From<Half>([(Half)1], Device.Cpu, 1));
        Assert.Throws<ArgumentException>(() => Tensor.From<short>([1], Device.Cpu, 1));
        Assert.Throws<ArgumentException>(() => Tensor.From<decimal>([1], Device.Cpu, 1));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    public void From_OtherNumberOfElements_IsRefused(int count) =>
        Assert.Throws<ArgumentException>(() => Tensor.From<float>(new float[count], Device.Cpu, 2, 3));

    [Fact]
    public void From_NegativeSizes_IsRefused() => Assert.Throws<TorchException>(() => Tensor.From<float>([1], Device.Cpu, -1, -1));

    [Fact]
    public void From_NoElements_IsEmpty()
    {
        using var tensor = Tensor.From<float>([], Device.Cpu, 0, 4);
        Assert.Equal(0, tensor.Count);
        Assert.Equal([0, 4], tensor.Shape.ToArray());
        Assert.Empty(tensor.ToArray());
    }

    [Fact]
    public void Zeros_OfAShape_HasIt()
    {
        using var tensor = Tensor.Zeros(ScalarType.Float64, Device.Cpu, 2, 3, 4);
        Assert.Equal([2, 3, 4], tensor.Shape.ToArray());
        Assert.Equal(24, tensor.Count);
        Assert.Equal(new double[24], tensor.Data<double>().ToArray());
        Assert.Equal(Device.Cpu, tensor.Device);
        Assert.Equal("Float64[2, 3, 4]", tensor.ToString());
    }

    [Fact]
    public void Zeros_WithoutDimensions_IsOneNumber()
    {
        using var tensor = Tensor.Zeros(ScalarType.Float32, Device.Cpu);
        Assert.Equal(1, tensor.Count);
        Assert.Equal([0f], tensor.ToArray());
    }

    // Single numbers, less and more than a page, and what is asked of the system in huge pages.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    [InlineData(100_001)]
    [InlineData(3_000_000)]
    public unsafe void Zeros_AnySize_BeginsWhereVectorsAndLinesOfTheCacheDo(long count)
    {
        using var scope = new TensorScope();
        for (var i = 0; i < 5; i++)
        {
            var elements = Tensor.Zeros(ScalarType.Float32, Device.Cpu, count).Data<float>();
            fixed (float* first = elements)
                Assert.Equal(0, (nint)first % 64);
            Assert.Equal(count, elements.Length);
            Assert.Equal(-1, elements.IndexOfAnyExcept(0));
        }
    }

    [Theory]
    [InlineData(1L << 45)]
    [InlineData((1L << 61) - 1)]
    public void Zeros_MoreThanThereIs_SaysThatMemoryIsUsedUp(long count) =>
        Assert.Contains("out of memory", Assert.Throws<TorchException>(() => Tensor.Zeros(ScalarType.Float32, Device.Cpu, count)).Message, StringComparison.Ordinal);

    [Fact]
    public void Data_WrittenThere_IsTheTensors()
    {
        using var scope = new TensorScope();
        var tensor = Tensor.Zeros(ScalarType.Float32, Device.Cpu, 2);
        tensor.Data<float>()[1] = 3;
        Assert.Equal([0f, 6f], (tensor * 2).ToArray());
    }

    [Fact]
    public void Data_NotInCOrder_IsRefused()
    {
        using var scope = new TensorScope();
        var transposed = Tensor.Zeros(ScalarType.Float32, Device.Cpu, 2, 3).Permute(1, 0);
        Assert.Throws<TorchException>(() => transposed.Data<float>().Length);
    }

    [Fact]
    public void Data_ElementsOfAnotherSize_IsRefused()
    {
        using var tensor = Tensor.Zeros(ScalarType.Float32, Device.Cpu, 2);
        Assert.Throws<InvalidOperationException>(() => tensor.Data<double>().Length);
    }

    private readonly record struct Upper(ushort Bits);
}
