using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Training;

/// <summary>A learnable set: red and blue rectangles on grey noise, in a folder that goes with it.</summary>
internal sealed class Rectangles : IDisposable
{
    private const int Width = 96;
    private const int Height = 64;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retinasharp");

    public Rectangles(int count, bool empty = false)
    {
        var images = new List<AnnotatedImage>();
        for (var i = 0; i < count; i++)
        {
            var random = new RandomStream(11, "rectangles", i);
            var boxes = empty ? [] : Enumerable.Range(0, 1 + (i % 2)).Select(k => Draw(random, k)).ToArray();
            var path = Path.Combine(_folder.FullName, $"{i}.png");
            Paint(random, boxes, i).Save(path);
            images.Add(new()
            {
                Id = i + 1,
                FileName = $"{i}.png",
                Path = path,
                Width = Width,
                Height = Height,
                Annotations = [.. boxes.Select((box, k) => new Annotation
                {
                    Id = (10 * i) + k + 1,
                    Category = ClassOf(i, k),
                    Box = BoxXywh.FromCorners(box),
                    Area = box.Area,
                })],
            });
        }
        Set = new() { Source = "rectangles", Categories = [new(1, "red"), new(7, "blue")], Images = images };
    }

    public DetectionDataset Set { get; }

    /// <summary>The first images.</summary>
    public DetectionDataset Take(int count) => new() { Source = Set.Source, Categories = Set.Categories, Images = [.. Set.Images.Take(count)] };

    public string At(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Asserts that a detector finds at least half of the rectangles, with valid scores.</summary>
    public void AssertMostAreDetected(IObjectDetector detector)
    {
        var (objects, found) = (0, 0);
        foreach (var image in Set.Images)
        {
            var detections = detector.Detect(image.Path);
            Assert.All(detections, detection => Assert.InRange(detection.Score, .05f, 1));
            objects += image.Annotations.Count;
            found += image.Annotations.Count(annotation =>
                detections.Any(detection => detection.Class == annotation.Category && Iou.Compute(detection.Box, annotation.Box.ToCorners()) > .5));
        }

        Assert.True(found >= .5 * objects, $"{found} of {objects}");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static int ClassOf(int image, int box) => (image / 2 + box) % 2;

    // The first in the left half, the second in the right one.
    private static Box Draw(RandomStream random, int half)
    {
        var (width, height) = (16 + random.NextInt(16), 16 + random.NextInt(24));
        var (x, y) = ((half * Width / 2) + random.NextInt((Width / 2) - width), random.NextInt(Height - height));
        return new(x, y, x + width, y + height);
    }

    private static Image Paint(RandomStream random, Box[] boxes, int image)
    {
        var pixels = new byte[Width * Height * 3];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(100 + random.NextInt(50));
        for (var k = 0; k < boxes.Length; k++)
            for (var y = (int)boxes[k].Y1; y < boxes[k].Y2; y++)
                for (var x = (int)boxes[k].X1; x < boxes[k].X2; x++)
                {
                    var pixel = pixels.AsSpan(((y * Width) + x) * 3, 3);
                    pixel.Clear();
                    pixel[ClassOf(image, k) == 0 ? 0 : 2] = 250;
                }
        return new(Width, Height, pixels);
    }
}
