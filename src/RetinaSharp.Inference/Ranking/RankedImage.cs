namespace RetinaSharp.Inference.Ranking;

/// <summary>An image in the order of <see cref="ImageRanker"/>.</summary>
/// <param name="Index">Index of the image among the candidates.</param>
/// <param name="Score">How much labeling the image is expected to teach, in [0, 1]: the product of a measure of uncertainty and <paramref name="Novelty"/>.</param>
/// <param name="Uncertainty">How unsure the model is of its detections, in [0, 1); .5 for an average image.</param>
/// <param name="Novelty">Distance from the most similar image that is ranked before, in [0, 1]: 1 for the first image, 0 for a copy.</param>
/// <param name="Reasons">The reasons for the rank in words, the strongest first; never empty.</param>
public sealed record RankedImage(int Index, double Score, double Uncertainty, double Novelty, IReadOnlyList<string> Reasons);
