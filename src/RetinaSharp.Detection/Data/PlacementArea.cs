namespace RetinaSharp.Detection.Data;

/// <summary>The area of a training sample that an image is to be placed in, as a part of a mosaic.</summary>
/// <param name="Area">The rectangle; the image is clipped to it.</param>
/// <param name="Scale">Factor that the image is scaled by in addition to its other scaling.</param>
/// <param name="AlignRight">Whether an image that is narrower than the area lies at its right edge instead of its left.</param>
/// <param name="AlignBottom">Whether an image that is lower than the area lies at its bottom edge instead of its top.</param>
internal readonly record struct PlacementArea(PixelRect Area, double Scale = 1, bool AlignRight = false, bool AlignBottom = false);
