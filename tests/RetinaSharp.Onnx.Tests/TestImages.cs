using RetinaSharp.Experiments.Scenes;
using RetinaSharp.Imaging;

namespace RetinaSharp.Onnx.Tests;

/// <summary>Images of many sizes: crops of synthetic scenes.</summary>
internal static class TestImages
{
    private const int MinSide = 64;

    public static IEnumerable<Image> WithManySizes(int count)
    {
        var generator = new SceneGenerator(seed: 7);
        for (var i = 0; i < count; i++)
        {
            var scene = generator.Draw("onnx", i).Image;
            // Steps that are coprime to the range, so that no size repeats.
            yield return Crop(scene, MinSide + (i * 71 % (scene.Width - MinSide)), MinSide + (i * 113 % (scene.Height - MinSide)));
        }
    }

    private static Image Crop(Image image, int width, int height)
    {
        var pixels = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
            image.Pixels.Slice(y * image.Width * 3, width * 3).CopyTo(pixels.AsSpan(y * width * 3));
        return new(width, height, pixels);
    }
}
