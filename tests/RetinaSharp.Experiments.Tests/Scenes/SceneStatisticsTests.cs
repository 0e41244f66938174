using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Experiments.Scenes;

namespace RetinaSharp.Experiments.Tests.Scenes;

/// <summary>What docs/synthetic-scenes.md states of the recipe, on fewer images.</summary>
[Trait("Category", "Slow")]
public sealed class SceneStatisticsTests
{
    private const int Images = 150;

    private static readonly Lazy<Scene[]> Scenes = new(() =>
        [.. ParallelEnumerable.Range(0, Images).AsOrdered().Select(number => new SceneGenerator().Draw("train", number))]);

    private static IEnumerable<SceneObject> Objects => Scenes.Value.SelectMany(scene => scene.Objects);

    [Fact]
    public void Recipe_ObjectsAndClutterOfAnImage_AreAsStated()
    {
        Assert.Equal(2, Scenes.Value.Average(scene => scene.Objects.Count), .2);
        Assert.Equal(3, Scenes.Value.Average(scene => scene.Clutter), .3);
        Assert.All(Scenes.Value, scene => Assert.InRange(scene.Clutter, SceneRecipe.MinClutter, SceneRecipe.MaxClutter));
        Assert.Equal(.3, Objects.Average(one => one.Visible < 1 ? 1.0 : 0), .1);
    }

    [Fact]
    public void Recipe_Classes_AreAsFrequentAsEachOther()
    {
        var counts = Objects.CountBy(one => one.Category).ToDictionary();

        Assert.Equal(SceneRecipe.Categories.Count, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, .6 * Objects.Count() / counts.Count, 1.5 * Objects.Count() / counts.Count));
    }

    [Fact]
    public void Recipe_SizesOfBoxes_AreAsStated()
    {
        Assert.All(Objects, one => Assert.InRange(Math.Max(one.Box.Width, one.Box.Height), 14, 56));
        var sides = Objects.Select(one => Math.Sqrt(one.Box.Area)).Order().ToArray();
        Assert.InRange(sides[sides.Length / 2], 22, 28);
    }

    [Fact]
    public void Recipe_AnchorsOfPresetTiny_AreBackgroundByThousandsForAnObject()
    {
        var set = new DetectionDataset
        {
            Source = "scenes",
            Categories = SceneRecipe.Categories,
            Images =
            [
                .. Scenes.Value.Select((scene, i) => new AnnotatedImage
                {
                    Id = i,
                    FileName = "",
                    Path = "",
                    Width = SceneRecipe.DefaultSize,
                    Height = SceneRecipe.DefaultSize,
                    Annotations = [.. scene.Objects.Select(one => new Annotation { Id = 0, Category = one.Category, Box = one.Box, Area = one.Area })],
                }),
            ],
        };

        var statistics = AnchorStatistics.Compute(set, Presets.Tiny);

        Assert.Equal(Objects.Count(), statistics.Boxes);
        Assert.Equal(0, statistics.BoxesWithoutAnchor);
        Assert.InRange(statistics.Background / (double)statistics.Boxes, 4000, 9000);
        Assert.InRange(statistics.Background / (double)statistics.Foreground, 550, 850);
    }
}
