namespace RetinaSharp.Datasets;

/// <summary>What the verification of an image file has shown.</summary>
/// <param name="Format">The format of the file; null if it is missing or has no valid header.</param>
/// <param name="Failure">Why the image cannot be used; null if it can.</param>
internal readonly record struct VerifiedImage(ImageFormat? Format, string? Failure);
