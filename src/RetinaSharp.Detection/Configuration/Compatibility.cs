using RetinaSharp.Boxes;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Configuration;

/// <summary>
/// Whose RetinaNet a training agrees with, number by number, in what the implementations do differently. It is no setting of its own but
/// a change to several of them, as a preset is; what is no matter of convention, such as sizes of images and anchors, stays as it was.
/// </summary>
public static class Compatibility
{
    private const string None = "none";

    private const int TorchvisionDetections = 300;
    private const int Detectron2Detections = 100;

    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names { get; } = [None, "torchvision", "detectron2"];

    /// <summary>Settings that agree with those of a name.</summary>
    /// <param name="settings">What to change; "none" leaves it as it is. With norms in the heads torchvision's second RetinaNet is meant.</param>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">There is no such name.</exception>
    public static RunSettings Apply(RunSettings settings, string name) => name switch
    {
        None => settings,
        "torchvision" => Torchvision(settings),
        "detectron2" => Detectron2(settings),
        _ => throw new ArgumentException($"There is no compatibility with '{name}': {string.Join(", ", Names)} are there."),
    };

    /// <summary>The name that settings agree with in all; "none" where there is no such.</summary>
    /// <param name="settings">The settings.</param>
    public static string Describe(RunSettings settings) =>
        Names.FirstOrDefault(name => name != None && SettingsJson.Differences(settings, Apply(settings, name)).Count == 0) ?? None;

    /// <summary>As torchvision's RetinaNet: its first, or with norms in the heads its second.</summary>
    internal static RunSettings Torchvision(RunSettings settings)
    {
        var isSecond = settings.Model.HeadNorm;
        return settings with
        {
            Model = settings.Model with
            {
                Anchors = settings.Model.Anchors with { Compatibility = AnchorCompatibility.Torchvision },
                P6From = isSecond ? P6Source.C5 : P6Source.P5,
                BackgroundClass = true,
            },
            Assigner = settings.Assigner with { LowQualityFloor = 0 },
            Loss = settings.Loss with { Normalizer = NormalizerKind.PerImage, Box = isSecond ? BoxLossKind.Giou : BoxLossKind.L1 },
            Inference = settings.Inference with { Clipping = BoxClipping.BeforeSuppression, MaxDetections = TorchvisionDetections },
        };
    }

    private static RunSettings Detectron2(RunSettings settings) => settings with
    {
        Model = settings.Model with
        {
            Anchors = settings.Model.Anchors with { Compatibility = AnchorCompatibility.Exact },
            P6From = P6Source.C5,
            BackgroundClass = false,
        },
        Assigner = settings.Assigner with { LowQualityFloor = 0 },
        Loss = settings.Loss with { Normalizer = NormalizerKind.MovingAverage, Box = BoxLossKind.L1 },
        Inference = settings.Inference with { Clipping = BoxClipping.AfterSuppression, MaxDetections = Detectron2Detections },
    };
}
