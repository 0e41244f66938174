using RetinaSharp.Detection.Configuration;
using RetinaSharp.Experiments.Scenes;

namespace RetinaSharp.Experiments.Demo;

/// <summary>Settings of the demo: a small detector on synthetic scenes, trained in a minute or two on two cores.</summary>
public static class DemoSettings
{
    /// <summary>The dataset.</summary>
    public static SceneSettings Scenes { get; } = new() { Train = 640, Val = 100 };

    /// <summary>
    /// The run with focal loss: preset tiny, adapted to a short run from scratch. Heads with normalization converge in half the steps, and scenes have no
    /// orientation, so that flips and rotations multiply them by eight.
    /// </summary>
    public static RunSettings Focal { get; } = Presets.Tiny with
    {
        Model = Presets.Tiny.Model with { HeadNorm = true },
        Augmentation = new() { VerticalFlip = .5, Rotate90 = .75 },
        Training = Presets.Tiny.Training with { Epochs = 10, LearningRate = 8e-3, Ema = .99 },
    };

    /// <summary>The same run with plain cross entropy, without alpha; all else is equal, including the prior.</summary>
    public static RunSettings CrossEntropy { get; } = Focal with
    {
        Loss = Focal.Loss with { Classification = ClassificationLossKind.CrossEntropy, Alpha = null },
    };
}
