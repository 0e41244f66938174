using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Inference;

/// <summary>An image that is to be looked at.</summary>
/// <param name="Width">Width of the original in pixels.</param>
/// <param name="Height">Its height.</param>
/// <param name="Image">Its pixels, perhaps fewer than the original's.</param>
internal sealed record ViewedImage(int Width, int Height, Image Image)
{
    /// <summary>An image at its own size.</summary>
    public ViewedImage(Image image)
        : this(image.Width, image.Height, image)
    {
    }
}
