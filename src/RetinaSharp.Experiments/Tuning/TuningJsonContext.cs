using System.Text.Json.Serialization;

namespace RetinaSharp.Experiments.Tuning;

/// <summary>Source-generated JSON serialization of the state of a search.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TuningState))]
internal sealed partial class TuningJsonContext : JsonSerializerContext;
