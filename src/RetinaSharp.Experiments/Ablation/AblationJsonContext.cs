using System.Text.Json.Serialization;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>Source-generated JSON serialization of run results.</summary>
[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(RowRun))]
[JsonSerializable(typeof(IReadOnlyList<RowRun>))]
internal sealed partial class AblationJsonContext : JsonSerializerContext;
