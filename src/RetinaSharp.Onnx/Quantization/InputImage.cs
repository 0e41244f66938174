using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>An image in the input format of an exported model: RGB bytes at the input size, without padding.</summary>
/// <param name="Height">Height in pixels.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Pixels">Pixels, [height, width, 3].</param>
internal sealed record InputImage(int Height, int Width, byte[] Pixels)
{
    /// <summary>Name of the model's input.</summary>
    public const string Name = "images";

    /// <summary>Copies an image of a batch without its padding, which the graph adds after normalization.</summary>
    public static InputImage Copy(ImageBatch batch, int index)
    {
        var (width, height) = (batch.Images[index].Width, batch.Images[index].Height);
        var pixels = GC.AllocateUninitializedArray<byte>(height * width * 3);
        batch.CopyImage(index, pixels);
        return new(height, width, pixels);
    }

    /// <summary>Creates an image of one gray level.</summary>
    public static InputImage Uniform(byte level)
    {
        const int Side = 32;
        var pixels = new byte[Side * Side * 3];
        Array.Fill(pixels, level);
        return new(Side, Side, pixels);
    }
}
