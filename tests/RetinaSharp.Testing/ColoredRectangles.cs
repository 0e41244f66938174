using System.Text.Json;
using RetinaSharp.Imaging;

namespace RetinaSharp.Testing;

/// <summary>A data set of gray images, each with a red and a blue rectangle.</summary>
public static class ColoredRectangles
{
    private const int Side = 64;

    /// <summary>Writes the images and their COCO file into a folder.</summary>
    /// <returns>The path of the COCO file.</returns>
    public static string Write(string folder, int images)
    {
        Directory.CreateDirectory(folder);
        var annotations = new List<object>();
        for (var i = 0; i < images; i++)
        {
            var pixels = new byte[Side * Side * 3];
            Array.Fill(pixels, (byte)128);
            Add(4 + i, 6, 20, 16, channel: 0, category: 3);
            Add(30, 36 - i, 24, 22, channel: 2, category: 7);
            new Image(Side, Side, pixels).Save(Path.Combine(folder, $"{i:00}.png"));

            void Add(int x, int y, int width, int height, int channel, int category)
            {
                for (var row = y; row < y + height; row++)
                    for (var column = x; column < x + width; column++)
                        pixels[(row * Side + column) * 3 + channel] = 255;
                annotations.Add(new
                {
                    id = annotations.Count + 1,
                    image_id = 100 + i,
                    category_id = category,
                    bbox = new[] { x, y, width, height },
                    area = width * height,
                    iscrowd = 0,
                });
            }
        }

        var file = Path.Combine(folder, "boxes.json");
        File.WriteAllText(file, JsonSerializer.Serialize(new
        {
            images = Enumerable.Range(0, images).Select(i => new { id = 100 + i, file_name = $"{i:00}.png", width = Side, height = Side }),
            categories = new[] { new { id = 3, name = "red" }, new { id = 7, name = "blue" } },
            annotations,
        }));
        return file;
    }
}
