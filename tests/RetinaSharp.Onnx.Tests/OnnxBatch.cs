using RetinaSharp.Detection.Data;
using RetinaSharp.Imaging;

namespace RetinaSharp.Onnx.Tests;

/// <summary>Images of one size as an exported model takes them.</summary>
internal sealed record OnnxBatch(int Height, int Width, byte[] Pixels)
{
    /// <summary>An image at the size that a model wants.</summary>
    public static OnnxBatch Create(Image image, InputSize size)
    {
        var fit = size.Fit(image.Width, image.Height);
        return new(fit.Height, fit.Width, image.Resize(fit.Width, fit.Height).Pixels.ToArray());
    }
}
