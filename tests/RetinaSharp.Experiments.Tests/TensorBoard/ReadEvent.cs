namespace RetinaSharp.Experiments.Tests.TensorBoard;

/// <summary>An event as a file holds it.</summary>
internal sealed record ReadEvent(DateTimeOffset Time, long Step, string? Version = null, bool IsStart = false, IReadOnlyList<(string Tag, float Value)>? Values = null);
