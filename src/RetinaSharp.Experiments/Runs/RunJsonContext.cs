using System.Text.Json.Serialization;

namespace RetinaSharp.Experiments.Runs;

/// <summary>Source-generated JSON serialization of run results.</summary>
[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(IReadOnlyList<RunResult>))]
internal sealed partial class RunJsonContext : JsonSerializerContext;
