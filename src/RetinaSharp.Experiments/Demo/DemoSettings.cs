using RetinaSharp.Detection.Settings;
using RetinaSharp.Experiments.Scenes;

namespace RetinaSharp.Experiments.Demo;

/// <summary>What the demonstration trains: a small detector on generated scenes, in a minute or two on two cores.</summary>
public static class DemoSettings
{
    /// <summary>The data set.</summary>
    public static SceneSettings Scenes { get; } = new() { Train = 480, Val = 100 };

    /// <summary>The training with focal loss.</summary>
    public static RunSettings Focal { get; } = Presets.Tiny with
    {
        Training = Presets.Tiny.Training with { Epochs = 7 },
    };

    /// <summary>The same training with plain cross entropy, without alpha; everything else as it is, the prior too.</summary>
    public static RunSettings CrossEntropy { get; } = Focal with
    {
        Loss = Focal.Loss with { Classification = ClassificationLossKind.CrossEntropy, Alpha = null },
    };
}
