using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Detection.Configuration;

/// <summary>Predefined settings to start from, for different model sizes.</summary>
public static class Presets
{
    /// <summary>Names of the presets.</summary>
    public static IReadOnlyList<string> Names { get; } = ["tiny", "small", "pretrained", "r50", "r101"];

    /// <summary>ResNet-18 with width multiplier .25, for tests, demonstrations and small machines.</summary>
    public static RunSettings Tiny { get; } = new()
    {
        Model = new() { Depth = 18, Width = .25, Norm = NormKind.Batch, PyramidChannels = 48, HeadConvolutions = 2, Anchors = new() { BaseSize = 2 } },
        Input = new(256, 256),
        Training = FromScratch with { Epochs = 20, Batch = 8, Shards = 2 },
        Loss = new() { Box = BoxLossKind.Giou },
    };

    /// <summary>
    /// ResNet-18 with width multiplier .5, for a few hundred images on a CPU: trains from scratch within minutes. Images are flipped
    /// horizontally and vertically; set <c>verticalFlip</c> to 0 if the orientation matters.
    /// </summary>
    public static RunSettings Small { get; } = new()
    {
        Model = new() { Depth = 18, Width = .5, Norm = NormKind.Batch, PyramidChannels = 96, HeadConvolutions = 4, Anchors = new() { BaseSize = 2 } },
        Input = new(256, 320),
        Augmentation = new()
        {
            VerticalFlip = .5,
            MinScale = .85,
            MaxScale = 1.2,
            Translate = .05,
            Brightness = .1,
            Contrast = .1,
            Saturation = .1,
        },
        Training = FromScratch with { Epochs = 66, Batch = 8, Shards = 2, LearningRate = 1.5e-3 },
        Loss = new() { Box = BoxLossKind.Giou },
    };

    /// <summary>
    /// A ResNet of width 1 that was trained on ImageNet, for a few hundred photographs on a CPU. It starts from the weights
    /// <see cref="PretrainedWeights.ImageNet"/>, whose file the package RetinaSharp.Weights.ResNet18 brings.
    /// </summary>
    public static RunSettings Pretrained { get; } = (Small with
    {
        // Without norms in the heads, the loss of the first steps at this learning rate is ten times as high.
        Model = Small.Model with { Blocks = [2, 2, 2, 3], Width = 1, Norm = NormKind.Frozen, HeadConvolutions = 2, HeadNorm = true, BoxHead = BoxHeadKind.Distribution },
        Weights = PretrainedWeights.ImageNet,
        Assigner = new() { Kind = AssignerKind.Atss },
        Augmentation = Small.Augmentation with { VerticalFlip = 0, MinScale = .6, MaxScale = 1.5 },
        // Small batches: the new neck and heads need many steps. One shard: with few images, the work per weight dominates, and each shard repeats it.
        Training = Small.Training with { Epochs = 24, Batch = 4, Shards = 1, LearningRate = 1e-3, Freeze = 2 },
        Loss = Small.Loss with { BoxWeight = 2 },
    }).WithPoints();

    /// <summary>The RetinaNet of the focal loss paper on ResNet-50-FPN.</summary>
    public static RunSettings R50 { get; } = new()
    {
        Model = new() { Depth = 50 },
        Training = new() { Freeze = 2, Clip = 0, Ema = 0 },
    };

    /// <summary>The RetinaNet of the focal loss paper on ResNet-101-FPN, with scale jitter and 1.5 times as many epochs as <see cref="R50"/>.</summary>
    public static RunSettings R101 { get; } = R50 with
    {
        Model = new() { Depth = 101 },
        Augmentation = new() { MinScale = .8, MaxScale = 1.25 },
        Training = new() { Freeze = 2, Clip = 0, Ema = 0, Epochs = 18 },
    };

    private static TrainingSettings FromScratch => new()
    {
        Optimizer = OptimizerKind.AdamW,
        LearningRate = 1e-3,
        WeightDecay = .05,
        DecayNormsAndBiases = false,
        Schedule = ScheduleKind.Cosine,
        WarmUp = 200,
        Clip = 5,
        Ema = .998,
    };

    /// <summary>Returns a preset by its name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">The name is not in <see cref="Names"/>.</exception>
    public static RunSettings Named(string name) => name switch
    {
        "tiny" => Tiny,
        "small" => Small,
        "pretrained" => Pretrained,
        "r50" => R50,
        "r101" => R101,
        _ => throw new ArgumentException($"Unknown preset '{name}': must be one of {string.Join(", ", Names)}."),
    };
}
