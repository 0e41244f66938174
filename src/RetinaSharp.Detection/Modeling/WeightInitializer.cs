using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// Draws the initial weights of a network. Those of built-in layers depend only on the seed and the name of the layer, not on LibTorch's random generator, so
/// that they are equal for all versions of LibTorch.
/// </summary>
public static class WeightInitializer
{
    /// <summary>Creates the initial tensors of a network, in fp32 on the CPU.</summary>
    /// <param name="architecture">Description of the network.</param>
    /// <param name="seed">Seed of the run.</param>
    public static NetworkState Create(RetinaNetArchitecture architecture, long seed)
    {
        var state = NetworkState.Create(architecture);
        try
        {
            foreach (var part in architecture.Parts)
                part.Initialize(state, seed);
            return state;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    /// <summary>Draws a layer's weight from a normal distribution with mean 0.</summary>
    /// <param name="state">State dictionary that holds the weight.</param>
    /// <param name="layer">Description of the layer.</param>
    /// <param name="deviation">Standard deviation.</param>
    /// <param name="seed">Seed of the run.</param>
    public static void Normal(NetworkState state, ConvolutionLayer layer, double deviation, long seed)
    {
        var random = Random(layer, seed);
        Fill(state[$"{layer.Name}.weight"], () => deviation * random.NextNormal());
    }

    /// <summary>Draws a layer's weight from a uniform distribution over [-bound, bound).</summary>
    /// <param name="state">State dictionary that holds the weight.</param>
    /// <param name="layer">Description of the layer.</param>
    /// <param name="bound">Bound of the distribution, at least 0.</param>
    /// <param name="seed">Seed of the run.</param>
    public static void Uniform(NetworkState state, ConvolutionLayer layer, double bound, long seed)
    {
        var random = Random(layer, seed);
        Fill(state[$"{layer.Name}.weight"], () => random.NextDouble(-bound, bound));
    }

    /// <summary>Sets a tensor's elements one by one in row-major order, for any memory format.</summary>
    /// <param name="tensor">An fp32 tensor on the CPU.</param>
    /// <param name="next">Returns the next element.</param>
    public static void Fill(Tensor tensor, Func<double> next)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var elements = new float[tensor.NumberOfElements];
        for (var i = 0; i < elements.Length; i++)
            elements[i] = (float)next();
        tensor.copy_(TensorMemory.Create<float>(elements, ScalarType.Float32, tensor.shape));
    }

    private static RandomStream Random(ConvolutionLayer layer, long seed) => new(seed, "weights " + layer.Name);
}
