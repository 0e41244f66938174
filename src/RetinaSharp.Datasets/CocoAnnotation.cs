using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets;

/// <summary>An entry of a COCO file's <c>annotations</c>; <paramref name="Index"/> is its place in the list, <paramref name="Offset"/> in the file.</summary>
internal readonly record struct CocoAnnotation(
    long Id, long ImageId, long CategoryId, BoxXywh Box, double Area, bool IsCrowd, bool IsDifficult, int Index, long Offset);
