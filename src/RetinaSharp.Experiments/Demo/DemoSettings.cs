using RetinaSharp.Detection.Configuration;
using RetinaSharp.Experiments.Scenes;

namespace RetinaSharp.Experiments.Demo;

/// <summary>What the demonstration trains: a small detector on generated scenes, in a minute or two on two cores.</summary>
public static class DemoSettings
{
    /// <summary>The data set.</summary>
    public static SceneSettings Scenes { get; } = new() { Train = 640, Val = 100 };

    /// <summary>
    /// The training with focal loss: preset tiny, with what makes a short training from scratch learn the most. Normalised heads
    /// learn in half of the steps, and scenes have no upside, so that each image can be seen in eight ways.
    /// </summary>
    public static RunSettings Focal { get; } = Presets.Tiny with
    {
        Model = Presets.Tiny.Model with { HeadNorm = true },
        Augmentation = new() { VerticalFlip = .5, Rotate90 = .75 },
        Training = Presets.Tiny.Training with { Epochs = 10, LearningRate = 8e-3, Ema = .99 },
    };

    /// <summary>The same training with plain cross entropy, without alpha; everything else as it is, the prior too.</summary>
    public static RunSettings CrossEntropy { get; } = Focal with
    {
        Loss = Focal.Loss with { Classification = ClassificationLossKind.CrossEntropy, Alpha = null },
    };
}
