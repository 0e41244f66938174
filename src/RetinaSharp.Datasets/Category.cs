namespace RetinaSharp.Datasets;

/// <summary>A class of objects.</summary>
/// <param name="Id">
/// The id that the data's files use. Ids may have gaps (COCO's 80 classes use 1 to 90); everything that computes uses the
/// place of the category in <see cref="DetectionDataset.Categories"/> instead, and maps back when results are written.
/// </param>
/// <param name="Name">The name shown to people.</param>
public sealed record Category(long Id, string Name);
