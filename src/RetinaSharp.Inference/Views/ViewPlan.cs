namespace RetinaSharp.Inference.Views;

/// <summary>
/// The parts of one image, that is, the whole image and its slices, and the views of each part, which are the inputs of the network.
/// </summary>
/// <param name="Parts">Parts of the image: first the whole image, then its slices.</param>
/// <param name="Views">Views, grouped by part. All parts have the same number of views.</param>
internal sealed record ViewPlan(IReadOnlyList<ImagePart> Parts, ImageView[] Views)
{
    /// <summary>Number of network inputs (scaled or flipped versions) for each part of the image; a part is the whole image or a slice.</summary>
    public int ViewsPerPart => Views.Length / Parts.Count;
}
