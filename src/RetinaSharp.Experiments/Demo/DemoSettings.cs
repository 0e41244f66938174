using RetinaSharp.Detection.Configuration;
using RetinaSharp.Experiments.Scenes;

namespace RetinaSharp.Experiments.Demo;

/// <summary>Settings of <see cref="FocalLossDemo"/>: a small detector on synthetic scenes. A run takes a minute or two on two CPU cores.</summary>
public static class DemoSettings
{
    /// <summary>Settings of the dataset: numbers of training and validation scenes.</summary>
    public static SceneSettings Scenes { get; } = new() { Train = 640, Val = 100 };

    /// <summary>
    /// Settings of the run with focal loss: preset tiny, adapted to a short run from scratch. Heads with normalization converge in half the steps. Scenes have
    /// no preferred orientation, so flips and rotations augment each scene to eight.
    /// </summary>
    public static RunSettings Focal { get; } = Presets.Tiny with
    {
        Model = Presets.Tiny.Model with { HeadNorm = true },
        Augmentation = new() { VerticalFlip = .5, Rotate90 = .75 },
        Training = Presets.Tiny.Training with { Epochs = 10, LearningRate = 8e-3, Ema = .99 },
    };

    /// <summary>Settings of the run with plain cross entropy, without α. All other settings are those of <see cref="Focal"/>, including the prior.</summary>
    public static RunSettings CrossEntropy { get; } = Focal with
    {
        Loss = Focal.Loss with { Classification = ClassificationLossKind.CrossEntropy, Alpha = null },
    };
}
