namespace RetinaSharp.Inference.Views;

/// <summary>The views of one image.</summary>
/// <param name="Parts">The parts: first the whole image, then its slices.</param>
/// <param name="Views">Views part by part, equally many for each.</param>
internal sealed record ViewPlan(IReadOnlyList<ImagePart> Parts, ImageView[] Views)
{
    /// <summary>Number of views of each part.</summary>
    public int ViewsPerPart => Views.Length / Parts.Count;
}
