namespace RetinaSharp.Datasets;

/// <summary>An image that training and evaluation cannot use.</summary>
/// <param name="Index">Index of the image in <see cref="DetectionDataset.Images"/>.</param>
/// <param name="Path">Path of the image file.</param>
/// <param name="Reason">Why the image cannot be used, and what to do.</param>
public sealed record BadImage(int Index, string Path, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path}: {Reason}";
}
