using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Experiments.Scenes;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Experiments.Tests.Demo;

/// <summary>Tiles and test-time augmentation, with the shipped model, on pictures that are made of several scenes.</summary>
[Trait("Category", "Slow")]
public sealed class LargeScenesTests : IDisposable
{
    private const int Side = SceneRecipe.DefaultSize, Across = 3;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Tile_SceneLargerThanTheInput_FindsWhatIsTooSmallAsAWhole()
    {
        var set = Write(pictures: 2);

        var whole = Evaluate(set, new());
        var tiled = Evaluate(set, new() { Tile = Side });

        Assert.True(tiled.Metrics.AP > whole.Metrics.AP + .1, $"AP {tiled.Metrics.AP} with tiles, {whole.Metrics.AP} without");
        // Near to what the model reaches on scenes by themselves.
        Assert.True(tiled.Metrics.AP > .4, $"AP {tiled.Metrics.AP}");
        var onBorders = 0;
        foreach (var image in set.Images)
            foreach (var annotation in image.Annotations.Where(annotation => CrossesABorder(annotation.Box)))
            {
                var box = annotation.Box;
                var found = tiled.Detections.Count(one => one.ImageId == image.Id && one.CategoryId == set.Categories[annotation.Category].Id
                    && one.Score > .3 && Iou.ComputeCoco(one.Box, box) > .5);
                onBorders += found;
            }

        Assert.True(onBorders >= 5, $"{onBorders} objects on borders of tiles were found");
    }

    [Fact]
    public void TestTimeAugmentation_Scenes_NotWorseThanWithout()
    {
        var set = Write(pictures: 12, across: 1);

        var plain = Evaluate(set, new());
        var augmented = Evaluate(set, new() { TestTimeAugmentation = true });

        Assert.True(augmented.Metrics.AP >= plain.Metrics.AP, $"AP {augmented.Metrics.AP} with augmentation, {plain.Metrics.AP} without");
    }

    public void Dispose() => _folder.Dispose();

    // Tiles of a side begin every 170 or 171 pixels.
    private static bool CrossesABorder(BoxXywh box)
    {
        int[] borders = [170, 256, 341, 426, 512, 597];
        return borders.Any(border => (box.X < border && box.X + box.Width > border) || (box.Y < border && box.Y + box.Height > border));
    }

    private static DatasetEvaluation Evaluate(DetectionDataset set, DetectorOptions options)
    {
        using var detector = Detector.Load(Path.Combine(Repository.Root, "models", "scenes.safetensors"), options with { Precision = Precision.Fp32 });
        return DatasetEvaluator.Evaluate(detector, set);
    }

    private DetectionDataset Write(int pictures, int across = Across)
    {
        var generator = new SceneGenerator(seed: 5);
        var number = 0;
        return new()
        {
            Source = "large scenes",
            Categories = SceneRecipe.Categories,
            Images = [.. Enumerable.Range(1, pictures).Select(Picture)],
        };

        AnnotatedImage Picture(int id)
        {
            var pixels = new byte[across * Side * across * Side * 3];
            var annotations = new List<Annotation>();
            for (var cell = 0; cell < across * across; cell++)
            {
                var (left, top) = (cell % across * Side, cell / across * Side);
                var scene = generator.Draw("large", number++);
                for (var y = 0; y < Side; y++)
                    scene.Image.Pixels.Slice(y * Side * 3, Side * 3).CopyTo(pixels.AsSpan(((top + y) * across * Side + left) * 3));
                annotations.AddRange(scene.Objects.Select(one => new Annotation
                {
                    Id = 100 * id + annotations.Count + 1,
                    Category = one.Category,
                    Box = one.Box with { X = one.Box.X + left, Y = one.Box.Y + top },
                    Area = one.Area,
                }));
            }

            var path = _folder.At($"{id}.png");
            new Image(across * Side, across * Side, pixels).Save(path);
            return new() { Id = id, FileName = $"{id}.png", Path = path, Width = across * Side, Height = across * Side, Annotations = annotations };
        }
    }
}
