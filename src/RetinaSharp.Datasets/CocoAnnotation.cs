using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets;

/// <summary>
/// An entry of <c>annotations</c> in a COCO file. <paramref name="Index"/> is its index in the list, <paramref name="Offset"/> its byte
/// offset in the file.
/// </summary>
internal readonly record struct CocoAnnotation(
    long Id, long ImageId, long CategoryId, BoxXywh Box, double Area, bool IsCrowd, bool IsDifficult, int Index, long Offset);
