using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets.Formats;

/// <summary>An annotated object of a sample in a shard.</summary>
/// <param name="Id">Its id; null if the sample has none.</param>
/// <param name="CategoryId">Id of its class; null if the sample has none.</param>
/// <param name="Class">Name of its class.</param>
/// <param name="Box">Its box.</param>
/// <param name="Area">Its area.</param>
/// <param name="IsCrowd">Whether the box is a region with many objects.</param>
/// <param name="IsDifficult">Whether the object is hard to recognize.</param>
/// <param name="Location">Its location, for messages.</param>
internal sealed record WebDatasetObject(long? Id, long? CategoryId, string Class, BoxXywh Box, double Area, bool IsCrowd, bool IsDifficult, string Location);
