using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets.Formats;

/// <summary>
/// An entry of <c>annotations</c> in a COCO file. <paramref name="Index"/> is its 0-based index in <c>annotations</c>,
/// <paramref name="Offset"/> the index of its first byte as the reader gives it.
/// </summary>
internal readonly record struct CocoAnnotation(
    long Id, long ImageId, long CategoryId, BoxXywh Box, double Area, bool IsCrowd, bool IsDifficult, int Index, long Offset);
