using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Tests.Data;

/// <summary>Images made for a test, as files in a folder that goes with it.</summary>
internal sealed class Pictures : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("retinasharp");

    public List<AnnotatedImage> Images { get; } = [];

    public DetectionDataset Set => new() { Source = "pictures", Categories = [new(1, "first"), new(2, "second")], Images = [.. Images] };

    /// <summary>An image of dark noise with a red rectangle for every box.</summary>
    public static Image Paint(int width, int height, params Box[] boxes)
    {
        var pixels = new byte[width * height * 3];
        var random = new Random(width * height + boxes.Length);
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)random.Next(60);
        foreach (var box in boxes)
            for (var y = (int)box.Y1; y < (int)box.Y2; y++)
                for (var x = (int)box.X1; x < (int)box.X2; x++)
                    (pixels[(y * width + x) * 3], pixels[(y * width + x) * 3 + 1], pixels[(y * width + x) * 3 + 2]) = (255, 0, 0);
        return new(width, height, pixels);
    }

    public static AnnotatedImage Describe(int width, int height, params Box[] boxes) => Describe("memory.png", width, height, boxes);

    /// <summary>Sizes that differ, one to three boxes in an image, and none in every fifth.</summary>
    public static Pictures Mixed(int count)
    {
        var pictures = new Pictures();
        for (var i = 0; i < count; i++)
        {
            var boxes = Enumerable.Range(0, i % 5 == 4 ? 0 : 1 + i % 3).Select(k => new Box(5 + 30 * k, 8 + i, 25 + 30 * k, 40 + i)).ToArray();
            pictures.Add(100 + 7 * (i % 4), 90 + 11 * (i % 3), boxes);
        }
        return pictures;
    }

    public static TrainingLoader Loader(DetectionDataset set, LoaderOptions options, AugmentationSettings? augmentation = null, int side = 96) => new(
        set, new(side, 2 * side), augmentation ?? new(), new(new()), new IouAssigner(new()), options);

    /// <summary>A copy of everything that a batch says, to compare after its memory has gone to another.</summary>
    public static string Fingerprint(TrainingBatch batch)
    {
        var hash = new HashCode();
        hash.AddBytes(batch.Pixels);
        foreach (var level in batch.Targets.Levels)
        {
            foreach (var label in level.Labels)
                hash.Add(label);
            foreach (var positive in level.Positives)
                hash.Add(positive);
            foreach (var target in level.PositiveTargets)
                hash.Add(target);
        }
        var boxes = string.Join(' ', batch.Images.SelectMany(image => image.Boxes));
        return $"{batch.Index} {batch.Width}x{batch.Height} {string.Join(',', batch.Images.Select(image => image.Source.Id))} {boxes} {hash.ToHashCode()}";
    }

    /// <summary>Enumerates to the end and disposes every batch.</summary>
    public static List<string> Fingerprints(IEnumerable<TrainingBatch> batches)
    {
        var prints = new List<string>();
        foreach (var batch in batches)
            using (batch)
                prints.Add(Fingerprint(batch));
        return prints;
    }

    public string At(string name) => Path.Combine(_folder.FullName, name);

    public AnnotatedImage Add(int width, int height, params Box[] boxes)
    {
        var path = At($"{Images.Count}.png");
        Paint(width, height, boxes).Save(path);
        Images.Add(Describe(path, width, height, boxes) with { Id = Images.Count + 1 });
        return Images[^1];
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static AnnotatedImage Describe(string path, int width, int height, Box[] boxes) => new()
    {
        Id = 1,
        FileName = Path.GetFileName(path),
        Path = path,
        Width = width,
        Height = height,
        Annotations = [.. boxes.Select((box, i) => new Annotation { Id = i + 1, Category = i % 2, Box = BoxXywh.FromCorners(box), Area = box.Area })],
    };
}
