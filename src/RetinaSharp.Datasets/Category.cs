namespace RetinaSharp.Datasets;

/// <summary>A class of objects.</summary>
/// <param name="Id">
/// The id in the annotation file. Ids may have gaps: COCO's 80 classes use ids 1 to 90. Code uses the class index, which is the 0-based
/// index in <see cref="DetectionDataset.Categories"/>, and maps it to the id when it writes results.
/// </param>
/// <param name="Name">The class name.</param>
public sealed record Category(long Id, string Name);
