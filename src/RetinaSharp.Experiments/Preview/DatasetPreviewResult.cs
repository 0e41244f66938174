using RetinaSharp.Datasets;

namespace RetinaSharp.Experiments.Preview;

/// <summary>What <see cref="DatasetPreview"/> has written.</summary>
/// <param name="Page">Path of the HTML page.</param>
/// <param name="Pictures">Paths of the PNG files, in the order of the page.</param>
/// <param name="BadImages">Sampled images that were left out because they cannot be used.</param>
public sealed record DatasetPreviewResult(string Page, IReadOnlyList<string> Pictures, IReadOnlyList<BadImage> BadImages);
