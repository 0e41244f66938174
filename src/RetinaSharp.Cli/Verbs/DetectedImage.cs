using RetinaSharp.Detection.Inference;

namespace RetinaSharp.Cli.Verbs;

/// <summary>What was found in an image.</summary>
/// <param name="Id">Its place among the files, from 1.</param>
/// <param name="File">The file, as given.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Objects">The objects, by falling score.</param>
internal sealed record DetectedImage(long Id, string File, int Width, int Height, IReadOnlyList<DetectedObject> Objects);
