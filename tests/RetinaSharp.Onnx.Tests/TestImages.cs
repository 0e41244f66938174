using RetinaSharp.Experiments.Scenes;
using RetinaSharp.Imaging;

namespace RetinaSharp.Onnx.Tests;

/// <summary>Images of many sizes: pieces of generated scenes.</summary>
internal static class TestImages
{
    private const int Least = 64;

    public static IEnumerable<Image> OfManySizes(int count)
    {
        var generator = new SceneGenerator(seed: 7);
        for (var i = 0; i < count; i++)
        {
            var scene = generator.Draw("onnx", i).Image;
            // Steps that are prime to the span, so that no size comes twice.
            yield return Piece(scene, Least + (i * 71 % (scene.Width - Least)), Least + (i * 113 % (scene.Height - Least)));
        }
    }

    private static Image Piece(Image image, int width, int height)
    {
        var pixels = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
            image.Pixels.Slice(y * image.Width * 3, width * 3).CopyTo(pixels.AsSpan(y * width * 3));
        return new(width, height, pixels);
    }
}
