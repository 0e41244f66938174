using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using RetinaSharp.Losses;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// Initial weights as the paper and torchvision choose them. They follow from the seed and the parameter's name alone, not from LibTorch's
/// generator, so that they are the same with every version of it.
/// </summary>
internal static class WeightInitializer
{
    private const double HeadDeviation = .01;

    /// <summary>The initial tensors of a network.</summary>
    /// <param name="architecture">The network.</param>
    /// <param name="seed">Seed of the run.</param>
    public static NetworkState Create(RetinaNetArchitecture architecture, long seed)
    {
        var state = NetworkState.Create(architecture);
        foreach (var layer in architecture.Layers())
        {
            var weight = state[$"{layer.Name}.weight"];
            var random = new RandomStream(seed, "weights " + layer.Name);
            if (layer.Name.StartsWith(RetinaNetArchitecture.BodyPrefix, StringComparison.Ordinal))
            {
                // Kaiming, normal, fan out: keeps the size of gradients through ReLU.
                var deviation = Math.Sqrt(2.0 / (layer.Outputs * layer.Kernel * layer.Kernel));
                Fill(weight, () => deviation * random.NextNormal());
            }
            else if (layer.Name.StartsWith(RetinaNetArchitecture.PyramidPrefix, StringComparison.Ordinal))
            {
                // Kaiming, uniform, for a linear layer (a = 1).
                var bound = Math.Sqrt(3.0 / (layer.Inputs * layer.Kernel * layer.Kernel));
                Fill(weight, () => random.NextDouble(-bound, bound));
            }
            else
            {
                Fill(weight, () => HeadDeviation * random.NextNormal());
            }
        }

        var bias = PriorProbability.Bias(architecture.Settings.Prior);
        var output = 0;
        // A softmax starts with log(K (1 - π) / π) for the background and 0 for each class, all of which together are then at π.
        Fill(state[$"{architecture.Classification.Predictor.Name}.bias"],
            !architecture.HasBackground ? () => bias : () => output++ % (architecture.Classes + 1) == 0 ? Math.Log(architecture.Classes) - bias : 0);
        return state;
    }

    // In C order, whatever the memory format.
    private static void Fill(Tensor tensor, Func<double> next)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var elements = new float[tensor.NumberOfElements];
        for (var i = 0; i < elements.Length; i++)
            elements[i] = (float)next();
        tensor.copy_(TensorMemory.Create<float>(elements, ScalarType.Float32, tensor.shape));
    }
}
