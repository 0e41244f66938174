namespace RetinaSharp.Detection.Data;

/// <summary>What training makes of an image: one or several placed images, not yet their pixels. Immutable.</summary>
/// <param name="Width">Width in pixels, without the padding of a batch.</param>
/// <param name="Height">Height in pixels, without the padding of a batch.</param>
/// <param name="Images">The images, of which later ones cover earlier ones. The first is the image that the sample is of.</param>
internal sealed record TrainingSample(int Width, int Height, IReadOnlyList<PlacedImage> Images)
{
    /// <summary>Another sample that is blended with this one, and the weight of this one, in [0, 1]; null without mixup.</summary>
    public (TrainingSample Sample, double Weight)? Mixup { get; init; }

    /// <summary>Loss of quality of the finished picture.</summary>
    public Degradation Degradation { get; init; }

    /// <summary>
    /// The rectangle from the top left corner that contains all placed images. The rest of the sample, at its right and bottom, is padding.
    /// </summary>
    public (int Width, int Height) Content
    {
        get
        {
            var (width, height) = Mixup is { } mixup ? mixup.Sample.Content : (0, 0);
            foreach (var image in Images)
                (width, height) = (Math.Max(width, image.Placement.Visible.Right), Math.Max(height, image.Placement.Visible.Bottom));
            return (width, height);
        }
    }

    /// <summary>Blends the sample with another one. The result has the larger width and the larger height of the two.</summary>
    public TrainingSample BlendWith(TrainingSample other, double weight) =>
        this with { Width = Math.Max(Width, other.Width), Height = Math.Max(Height, other.Height), Mixup = (other, weight) };
}
