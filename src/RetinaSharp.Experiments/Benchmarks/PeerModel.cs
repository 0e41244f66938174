using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Experiments.Benchmarks;

/// <summary>
/// The model of the benchmarks. It has the configuration of torchvision's <c>retinanet_resnet50_fpn</c> in fine-tuning, so that RetinaSharp and torchvision are
/// timed on the same work: ResNet-50 with frozen batch norm, frozen stem and first stage, P6 from P5, L1 box loss, 91 classes.
/// </summary>
internal static class PeerModel
{
    /// <summary>Number of classes as in torchvision, whose first class is background and has no ground truth.</summary>
    public const int Classes = 91;

    public static RunSettings Settings { get; } = Compatibility.Torchvision(Presets.R50 with
    {
        Training = Presets.R50.Training with { LearningRate = 1e-5 * TrainingSettings.ReferenceBatch },
    });

    public static IReadOnlyList<Category> Categories { get; } = [.. Enumerable.Range(0, Classes).Select(id => new Category(id, $"class {id}"))];

    /// <summary>Creates a state dictionary with random weights.</summary>
    public static NetworkState CreateState() => WeightInitializer.Create(RetinaNetArchitecture.Create(Settings.Model, Classes), seed: 0);

    /// <summary>Creates the pixels of a random square RGB image, [size · size · 3].</summary>
    public static byte[] Pixels(int size, int seed)
    {
        var pixels = new byte[size * size * 3];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }
}
