namespace RetinaSharp.AspNetCore.OpenInference;

/// <summary>A value within a JSON text, in bytes.</summary>
/// <param name="Start">Index of the first byte.</param>
/// <param name="Length">Number of bytes.</param>
internal sealed record JsonRange(int Start, int Length);
