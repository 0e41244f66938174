namespace RetinaSharp.Inference.Ranking;

/// <summary>An unlabeled image that <see cref="ImageRanker"/> ranks.</summary>
/// <param name="Detections">A model's detections in the image, in any order.</param>
/// <param name="Descriptor">
/// A vector that is similar for similar images, such as that of <see cref="ImageDescriptor"/>, or pooled features of a network; of the same length for all
/// images.
/// </param>
public sealed record RankingCandidate(IReadOnlyList<DetectedObject> Detections, ReadOnlyMemory<float> Descriptor);
