namespace RetinaSharp.Torch.Tests;

/// <summary>Numbers into tensors and out of them, and their comparison.</summary>
internal static class Numbers
{
    public static double[] Uniform(int seed, long count, double low = -1, double high = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, (int)count).Select(_ => low + ((high - low) * random.NextDouble()))];
    }

    /// <summary>Double precision, unless another type is wanted.</summary>
    public static Tensor Make(double[] values, long[] shape, ScalarType type = ScalarType.Float64)
    {
        using var scope = new TensorScope();
        return scope.Keep(Tensor.From<double>(values, Device.Cpu, shape).To(type));
    }

    public static Tensor Make(int seed, params long[] shape) => Make(Uniform(seed, shape.Aggregate(1L, (product, size) => product * size)), shape);

    public static double[] Read(Tensor tensor)
    {
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        return tensor.Detach().To(ScalarType.Float64).Contiguous().Data<double>().ToArray();
    }

    /// <summary>Equal up to a share of 1 and of the expected number.</summary>
    public static void Close(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var error = Math.Abs(expected[i] - actual[i]);
            Assert.True(error <= tolerance * (1 + Math.Abs(expected[i])), $"element {i}: expected {expected[i]}, got {actual[i]}");
        }
    }
}
