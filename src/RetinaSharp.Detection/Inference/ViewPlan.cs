using RetinaSharp.Detection.Data;

namespace RetinaSharp.Detection.Inference;

/// <summary>All that the network is shown of one image.</summary>
/// <param name="Parts">The parts: first the whole image, then its tiles.</param>
/// <param name="Views">Each part's views, part after part, as many for each.</param>
internal sealed record ViewPlan(IReadOnlyList<ImagePart> Parts, ImageView[] Views)
{
    /// <summary>Views of each part.</summary>
    public int ViewsPerPart => Views.Length / Parts.Count;
}
