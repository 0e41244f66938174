using System.Text.Json.Serialization;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>How results are written and read.</summary>
[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(RowTraining))]
[JsonSerializable(typeof(IReadOnlyList<RowTraining>))]
internal sealed partial class AblationJsonContext : JsonSerializerContext;
