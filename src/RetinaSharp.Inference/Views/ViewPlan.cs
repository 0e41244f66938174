namespace RetinaSharp.Inference.Views;

/// <summary>The parts and views of one image.</summary>
/// <param name="Parts">Parts of the image: first the whole image, then its slices.</param>
/// <param name="Views">Views, grouped by part. All parts have the same number of views.</param>
internal sealed record ViewPlan(IReadOnlyList<ImagePart> Parts, ImageView[] Views)
{
    /// <summary>Number of views of each part.</summary>
    public int ViewsPerPart => Views.Length / Parts.Count;
}
