namespace RetinaSharp.Detection.Configuration;

/// <summary>Settings that are known to work, as starting points.</summary>
public static class Presets
{
    /// <summary>Names of the presets.</summary>
    public static IReadOnlyList<string> Names { get; } = ["tiny", "small", "r50", "r101"];

    /// <summary>ResNet-18 at a quarter of its width: for tests, demonstrations and machines without much of anything.</summary>
    public static RunSettings Tiny { get; } = new()
    {
        Model = new() { Depth = 18, Width = .25, Norm = NormKind.Batch, PyramidChannels = 48, HeadConvolutions = 2, Anchors = new() { BaseSize = 2 } },
        Input = new(256, 256),
        Training = FromScratch with { Epochs = 20, Batch = 8, Shards = 2 },
        Loss = new() { Box = BoxLossKind.Giou },
    };

    /// <summary>
    /// For a few hundred images and a processor without a GPU: trains from scratch in some minutes. Images are flipped both
    /// ways; where up and down matter, set <c>verticalFlip</c> to 0.
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

    /// <summary>The paper's RetinaNet on ResNet-50-FPN.</summary>
    public static RunSettings R50 { get; } = new()
    {
        Model = new() { Depth = 50 },
        Training = new() { Freeze = 2, Clip = 0, Ema = 0 },
    };

    /// <summary>The paper's RetinaNet on ResNet-101-FPN, with scale jitter and half as long again.</summary>
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

    /// <summary>A preset by its name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">There is no such preset.</exception>
    public static RunSettings Named(string name) => name switch
    {
        "tiny" => Tiny,
        "small" => Small,
        "r50" => R50,
        "r101" => R101,
        _ => throw new ArgumentException($"There is no preset '{name}': {string.Join(", ", Names)} are there."),
    };
}
