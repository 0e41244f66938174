using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Experiments.Benchmarks;

/// <summary>
/// What torchvision's <c>retinanet_resnet50_fpn</c> is when it is trained from trained weights, so that both are timed on the same
/// work: ResNet-50 with frozen norms, stem and first stage not trained, P6 from P5, L1, 91 outputs.
/// </summary>
internal static class PeerModel
{
    /// <summary>Its classes; the first is the background, which is never learnt.</summary>
    public const int Classes = 91;

    public static RunSettings Settings { get; } = Compatibility.Torchvision(Presets.R50 with
    {
        Training = Presets.R50.Training with { LearningRate = 1e-5 * TrainingSettings.ReferenceBatch },
    });

    public static IReadOnlyList<Category> Categories { get; } = [.. Enumerable.Range(0, Classes).Select(id => new Category(id, $"class {id}"))];

    /// <summary>Its initial tensors.</summary>
    public static NetworkState CreateState() => WeightInitializer.Create(RetinaNetArchitecture.Create(Settings.Model, Classes), seed: 0);

    /// <summary>An image of noise.</summary>
    public static byte[] Pixels(int size, int seed)
    {
        var pixels = new byte[size * size * 3];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }
}
