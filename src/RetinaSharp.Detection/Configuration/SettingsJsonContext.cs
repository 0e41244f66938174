using System.Text.Json.Serialization;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Configuration;

/// <summary>Source-generated JSON converters of settings, model descriptions and checkpoints.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters =
    [
        typeof(EnumNameConverter<AnchorCompatibility>), typeof(EnumNameConverter<AssignerKind>), typeof(EnumNameConverter<BoxClipping>), typeof(EnumNameConverter<BoxHeadKind>), typeof(EnumNameConverter<BoxLossKind>), typeof(EnumNameConverter<BoxWeightingKind>), typeof(EnumNameConverter<ClassificationLossKind>),
        typeof(EnumNameConverter<HeadKind>), typeof(EnumNameConverter<NeckKind>), typeof(EnumNameConverter<NormalizerKind>), typeof(EnumNameConverter<NormKind>), typeof(EnumNameConverter<OptimizerKind>), typeof(EnumNameConverter<P6Source>), typeof(EnumNameConverter<Precision>), typeof(EnumNameConverter<SamplingKind>), typeof(EnumNameConverter<ScheduleKind>), typeof(EnumNameConverter<SuppressionKind>),
    ],
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(RunSettings))]
[JsonSerializable(typeof(ModelDescription))]
[JsonSerializable(typeof(Checkpoint))]
[JsonSerializable(typeof(BadImage[]))]
internal sealed partial class SettingsJsonContext : JsonSerializerContext;
