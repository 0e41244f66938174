using RetinaSharp.Datasets;
using RetinaSharp.Inference.Views;

namespace RetinaSharp.Inference;

/// <summary>The overlapping square slices of large images, in sliced inference and in training on slices.</summary>
/// <param name="Side">Side of the slices in pixels of the image, at least 16.</param>
/// <param name="Overlap">Overlap of neighboring slices as a fraction of <paramref name="Side"/>, in [0, .9].</param>
public sealed record ImageSlices(int Side, double Overlap = ImageSlices.DefaultOverlap)
{
    /// <summary>Default value of <see cref="Overlap"/>.</summary>
    public const double DefaultOverlap = .25;

    private const int MinSide = 16;

    /// <summary>
    /// Width and height in pixels up to which an object is complete in at least one slice. Sliced inference takes these objects from the slices, and larger
    /// ones also from the whole image.
    /// </summary>
    public double MaxCompleteObjectSize => Planner.MaxCompleteObjectSize;

    // The input size has no influence on the slices.
    private ViewPlanner Planner => new(new(Side, Side), Side, Overlap);

    /// <summary>Checks the side of slices.</summary>
    /// <param name="side">Side of the slices in pixels.</param>
    /// <exception cref="ArgumentException">The side is below 16.</exception>
    public static void ValidateSide(int side)
    {
        if (side < MinSide)
            throw new ArgumentException($"Tiles of {side} pixels: must be {MinSide} or more.");
    }

    /// <summary>
    /// Returns the regions of an image that sliced inference runs the network on: first the whole image, then its slices by rows. An image that fits into one
    /// slice has no slices.
    /// </summary>
    /// <param name="width">Width of the image in pixels.</param>
    /// <param name="height">Height of the image in pixels.</param>
    public IReadOnlyList<ImageRegion> Plan(int width, int height) =>
        [.. Planner.PlanParts(width, height).Select(part => new ImageRegion(part.X, part.Y, part.Width, part.Height))];
}
