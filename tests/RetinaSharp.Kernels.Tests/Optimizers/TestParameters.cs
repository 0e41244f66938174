using RetinaSharp.Kernels.Optimizers;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests.Optimizers;

/// <summary>
/// Random parameters: channels-last convolutions, one of which spans several chunks, and vectors. Every other one decays.
/// </summary>
internal sealed class TestParameters : IDisposable
{
    // No size is a multiple of a vector, a block or a chunk.
    public static readonly long[][] Shapes = [[123, 61, 3, 3], [7], [5, 3, 3, 3], [61, 5, 1, 1], [1]];

    public TestParameters(ScalarType type = ScalarType.Float32)
    {
        Masters = [.. Shapes.Select((shape, i) => Draw(i, shape).DetachFromDisposeScope())];
        Values = [.. Masters.Select(master => (type == ScalarType.Float32 ? master.alias() : master.to(type)).DetachFromDisposeScope())];
    }

    public Tensor[] Masters { get; }

    public Tensor[] Values { get; }

    public OptimizedParameter[] All => [.. Masters.Select((master, i) => new OptimizedParameter($"{i}", master, Values[i], Decays: i % 2 == 0))];

    /// <summary>Uniform in [-1, 1); four-dimensional tensors are channels-last.</summary>
    public static Tensor Draw(int seed, long[] shape)
    {
        var random = new Random(seed);
        var elements = new float[shape.Aggregate(1L, (a, b) => a * b)];
        foreach (ref var element in elements.AsSpan())
            element = (random.NextSingle() * 2) - 1;
        using var tensor = TensorMemory.Create<float>(elements, ScalarType.Float32, shape);
        return shape.Length == 4 ? tensor.ChannelsLast() : tensor.alias();
    }

    /// <summary>Random gradients of a step, in the caller's dispose scope.</summary>
    public static Tensor[] DrawGradients(int step, ScalarType type = ScalarType.Float32) => [.. Shapes.Select((shape, i) => Draw((100 * step) + i, shape).to(type))];

    /// <summary>The bits of fp32 tensors, concatenated.</summary>
    public static uint[] Bits(params IEnumerable<Tensor> tensors) => [.. tensors.SelectMany(tensor => tensor.Elements<uint>().ToArray())];

    // Assert.Equal compares elements as objects, which is slow for so many.
    public static void AssertSame(uint[] expected, uint[] actual) => Assert.True(expected.AsSpan().SequenceEqual(actual));

    /// <summary>Asserts equality up to rounding, for elements in [-1, 1).</summary>
    public static void AssertClose(IEnumerable<Tensor> expected, IEnumerable<Tensor> actual, double tolerance = 1e-6)
    {
        using var scope = NewDisposeScope();
        foreach (var (one, other) in expected.Zip(actual))
            Assert.InRange((one.detach() - other.detach()).abs().max().item<float>(), 0, tolerance);
    }

    public void Dispose()
    {
        foreach (var tensor in Masters.Concat(Values))
            tensor.Dispose();
    }
}
