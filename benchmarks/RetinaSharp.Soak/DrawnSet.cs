using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Soak;

/// <summary>Creates a dataset of a few images with bright squares on a dark background, in two classes by color.</summary>
internal static class DrawnSet
{
    private const int Images = 16, Side = 256, Squares = 3;

    public static DetectionDataset Create(string folder)
    {
        var random = new Random(0);
        var images = new List<AnnotatedImage>();
        for (var i = 0; i < Images; i++)
        {
            var pixels = new byte[Side * Side * 3];
            var annotations = new List<Annotation>();
            for (var k = 0; k < Squares; k++)
            {
                var (category, side) = (random.Next(2), random.Next(20, 80));
                var (x, y) = (random.Next(Side - side), random.Next(Side - side));
                for (var row = y; row < y + side; row++)
                    for (var column = x; column < x + side; column++)
                        pixels[(((row * Side) + column) * 3) + category] = 255;
                annotations.Add(new() { Id = (i * Squares) + k + 1, Category = category, Box = new BoxXywh(x, y, side, side), Area = side * side });
            }

            var path = Path.Combine(folder, $"{i}.png");
            new Image(Side, Side, pixels).Save(path);
            images.Add(new() { Id = i + 1, FileName = Path.GetFileName(path), Path = path, Width = Side, Height = Side, Annotations = annotations });
        }

        return new() { Source = "drawn squares", Categories = [new(1, "red"), new(2, "green")], Images = images };
    }
}
