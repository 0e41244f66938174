using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Inference.Tests;

/// <summary>Black images with red, green and blue rectangles, which are found by their pixels.</summary>
internal static class ColorImages
{
    public static Category[] Categories { get; } = [new(1, "red"), new(2, "green"), new(3, "blue")];

    /// <summary>An image with a rectangle of a color, 0 to 2, for each box.</summary>
    public static Image Paint(int width, int height, params (int Color, Box Box)[] rectangles)
    {
        var pixels = new byte[width * height * 3];
        foreach (var (color, box) in rectangles)
            for (var y = (int)box.Y1; y < (int)box.Y2; y++)
                for (var x = (int)box.X1; x < (int)box.X2; x++)
                    pixels[(y * width + x) * 3 + color] = 255;
        return new(width, height, pixels);
    }

    /// <summary>The rectangle of each color that an image of a batch has, in pixels of the batch.</summary>
    public static IEnumerable<(int Color, Box Box)> Find(ImageBatch batch, int image)
    {
        var found = new List<(int, Box)>();
        var pixels = batch.Pixels.Slice(image * batch.Width * batch.Height * 3, batch.Width * batch.Height * 3);
        for (var color = 0; color < 3; color++)
        {
            var (x1, y1, x2, y2) = (int.MaxValue, int.MaxValue, 0, 0);
            for (var y = 0; y < batch.Height; y++)
                for (var x = 0; x < batch.Width; x++)
                    if (pixels[(y * batch.Width + x) * 3 + color] > 127)
                        (x1, y1, x2, y2) = (Math.Min(x1, x), Math.Min(y1, y), Math.Max(x2, x + 1), Math.Max(y2, y + 1));
            if (x2 > 0)
                found.Add((color, new(x1, y1, x2, y2)));
        }

        return found;
    }
}
