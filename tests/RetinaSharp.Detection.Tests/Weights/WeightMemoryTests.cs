using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Tests.Weights;

[Collection(TorchCollection.Name)]
public sealed class WeightMemoryTests : IDisposable
{
    private readonly SafetensorsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Take_EveryShape_TheNumbersOfTheFile()
    {
        long[][] shapes = [[], [5], [3, 4], [4, 3, 1, 1], [4, 3, 3, 3], [2, 1, 7, 5], [0, 3, 3, 3]];
        var tensors = shapes.Select((shape, i) => (Name: $"weight{i}", Shape: shape, Values: Values(i, shape))).ToList();
        using var scope = new TensorScope();
        using var file = Written(tensors.Select(one => SafetensorsTensors.Entry(one.Name, Tensor.From<float>(one.Values, Device.Cpu, one.Shape))));

        Tensor[] taken;
        using (var memory = WeightMemory.Read(file))
        {
            taken = [.. tensors.Select(one => memory.Take(one.Name, Tensor.Zeros(ScalarType.Float32, Device.Meta, one.Shape)))];
            Assert.Empty(memory.Left);
        }

        // They live on without the file's memory.
        foreach (var (one, tensor) in tensors.Zip(taken))
        {
            Assert.Equal(one.Shape, tensor.Shape.ToArray());
            Assert.Equal(one.Values, tensor.ToArray());
            if (one.Shape.Length == 4)
                Assert.Equal(tensor.Permute(0, 2, 3, 1).Contiguous().ToArray(), tensor.Permute(0, 2, 3, 1).Data<float>().ToArray());
        }
    }

    [Fact]
    public void Take_WhatIsNotThere_SaysWhat()
    {
        using var scope = new TensorScope();
        using var file = Written([SafetensorsTensors.Entry("weight", Tensor.Zeros(ScalarType.Float32, Device.Cpu, 2, 3))]);
        using var memory = WeightMemory.Read(file);

        Assert.Contains("no tensor 'other'", Assert.Throws<WeightsException>(() => memory.Take("other", Tensor.Zeros(ScalarType.Float32, Device.Meta, 2, 3))).Message);
        Assert.Contains("shape [2, 3]", Assert.Throws<WeightsException>(() => memory.Take("weight", Tensor.Zeros(ScalarType.Float32, Device.Meta, 3, 2))).Message);
        Assert.Equal(["weight"], memory.Left);
    }

    [Fact]
    public void Read_WholeNumbers_Throws()
    {
        using var file = Written([new("weight", SafetensorsType.I64, [1], stream => stream.Write(new byte[8]))]);

        Assert.Contains("I64", Assert.Throws<WeightsException>(() => WeightMemory.Read(file)).Message);
    }

    private static float[] Values(int seed, long[] shape)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, size) => product * size)).Select(_ => (float)random.NextDouble())];
    }

    private SafetensorsFile Written(IEnumerable<SafetensorsEntry> entries)
    {
        SafetensorsWriter.Write(_folder.At("weights.safetensors"), entries, new Dictionary<string, string>());
        return SafetensorsFile.Open(_folder.At("weights.safetensors"));
    }
}
