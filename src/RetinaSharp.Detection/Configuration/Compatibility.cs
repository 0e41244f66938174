using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Configuration;

/// <summary>
/// Changes settings to the conventions of another RetinaNet implementation, where implementations differ. Like a preset, this changes several settings at
/// once. Points become anchors. Settings that are not a matter of convention, such as image and anchor sizes, are unchanged.
/// </summary>
public static class Compatibility
{
    private const string None = "none";

    private const int TorchvisionDetections = 300;
    private const int Detectron2Detections = 100;

    /// <summary>Names of the supported implementations, and "none".</summary>
    public static IReadOnlyList<string> Names { get; } = [None, "torchvision", "detectron2"];

    /// <summary>Changes settings to the conventions of an implementation.</summary>
    /// <param name="settings">The settings to change. With <see cref="ModelSettings.HeadNorm"/>, "torchvision" means retinanet_resnet50_fpn_v2.</param>
    /// <param name="name">One of <see cref="Names"/>; "none" returns the settings unchanged.</param>
    /// <exception cref="ArgumentException">The name is not in <see cref="Names"/>.</exception>
    public static RunSettings Apply(RunSettings settings, string name) => name switch
    {
        None => settings,
        "torchvision" => Torchvision(settings.WithAnchors()),
        "detectron2" => Detectron2(settings.WithAnchors()),
        _ => throw new ArgumentException($"Unknown compatibility '{name}': must be one of {string.Join(", ", Names)}."),
    };

    /// <summary>Returns the name of the implementation whose conventions the settings follow completely; "none" if there is none.</summary>
    /// <param name="settings">The settings.</param>
    public static string Describe(RunSettings settings) =>
        Names.FirstOrDefault(name => name != None && SettingsJson.Differences(settings, Apply(settings, name)).Count == 0) ?? None;

    /// <summary>
    /// Changes settings to the conventions of torchvision's retinanet_resnet50_fpn, or of retinanet_resnet50_fpn_v2 if the heads have normalization layers.
    /// </summary>
    /// <param name="settings">The settings to change, with anchors.</param>
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
                BoxHead = BoxHeadKind.Delta,
                Centerness = false,
            },
            Assigner = settings.Assigner with { Kind = AssignerKind.Iou, LowQualityFloor = 0 },
            Loss = settings.Loss with { Normalizer = NormalizerKind.PerImage, BoxWeight = 1, Box = isSecond ? BoxLossKind.Giou : BoxLossKind.L1 },
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
            BoxHead = BoxHeadKind.Delta,
            Centerness = false,
        },
        Assigner = settings.Assigner with { Kind = AssignerKind.Iou, LowQualityFloor = 0 },
        Loss = settings.Loss with { Normalizer = NormalizerKind.MovingAverage, BoxWeight = 1, Box = BoxLossKind.L1 },
        Inference = settings.Inference with { Clipping = BoxClipping.AfterSuppression, MaxDetections = Detectron2Detections },
    };
}
