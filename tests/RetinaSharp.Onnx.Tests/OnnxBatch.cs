using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Onnx.Tests;

/// <summary>Images of equal size in the input format of an exported model.</summary>
internal sealed record OnnxBatch(int Height, int Width, byte[] Pixels)
{
    /// <summary>Creates a batch of one image, resized to a model's input size.</summary>
    public static OnnxBatch Create(Image image, InputSize size)
    {
        var fit = size.Fit(image.Width, image.Height);
        return new(fit.Height, fit.Width, image.Resize(fit.Width, fit.Height).Pixels.ToArray());
    }
}
