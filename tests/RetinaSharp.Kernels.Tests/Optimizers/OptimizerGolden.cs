using System.Text.Json;
using System.Text.Json.Serialization;
using RetinaSharp.Kernels.Optimizers;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests.Optimizers;

/// <summary>optimizers.json, made by make_optimizer_golden.py: weights, a gradient of each step, and what PyTorch makes of them.</summary>
internal sealed record OptimizerGolden(
    long[][] Shapes,
    double LearningRate,
    double MaxNorm,
    float[][] Start,
    float[][][] Gradients,
    OptimizerGolden.Optimized[] Optimizers,
    OptimizerGolden.Averaged[] Averages)
{
    public static OptimizerGolden Instance { get; } = JsonSerializer.Deserialize<OptimizerGolden>(
        File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "RetinaSharp.Kernels.Tests", "Golden", "optimizers.json")), JsonSerializerOptions.Web)!;

    /// <summary>Weights, of which the first, a convolution's, are channels-last and decay.</summary>
    public OptimizedParameter[] CreateParameters() =>
        [.. CreateTensors(Start).Select((tensor, i) => new OptimizedParameter($"{i}", tensor, tensor, Decays: i == 0))];

    /// <summary>Tensors of the shapes.</summary>
    public Tensor[] CreateTensors(float[][] elements) => [.. elements.Zip(Shapes, (values, shape) =>
    {
        using var contiguous = tensor(values, shape);
        return shape.Length == 4 ? contiguous.ChannelsLast() : contiguous.alias();
    })];

    /// <summary>Asserts that tensors of the shapes have these elements, in the order of contiguous tensors.</summary>
    public static void AssertClose(float[][] expected, IEnumerable<Tensor> actual)
    {
        foreach (var (values, tensor) in expected.Zip(actual))
        {
            using var contiguous = tensor.detach().contiguous();
            foreach (var (one, other) in values.Zip(contiguous.Elements<float>().ToArray()))
                Assert.Equal(one, other, 1e-6);
        }
    }

    /// <summary>
    /// The weights after the last step of an optimizer, "sgd" or "adamw", with the options of its kind. Norms are of the gradients before they are
    /// clipped, one a step; none where they are not clipped.
    /// </summary>
    public sealed record Optimized(string Name, double WeightDecay, double Momentum, double[] Betas, [property: JsonPropertyName("eps")] double Epsilon, double[] Norms, float[][] Weights)
    {
        public Optimizer Create(OptimizedParameter[] parameters) => Name == "sgd"
            ? new Sgd(parameters, Momentum, WeightDecay)
            : new AdamW(parameters, Betas[0], Betas[1], Epsilon, WeightDecay);
    }

    /// <summary>Averages after updates from the start to each gradient, taken as weights.</summary>
    public sealed record Averaged(double Decay, float[][] Averages);
}
