namespace RetinaSharp.Datasets.Checking;

/// <summary>What decoding an image file has shown.</summary>
/// <param name="Failure">Why the file cannot be decoded; null if it can.</param>
/// <param name="Hash">
/// A perceptual hash of 64 bits, of which similar images differ in a few; null if the image cannot be decoded, or has too little contrast for a hash.
/// </param>
public readonly record struct DecodedImageFile(string? Failure, ulong? Hash);
