using RetinaSharp.Boxes;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Tests.Inference;

public class DetectionPipelineTests
{
    private static readonly ViewPlanner Plain = new(new(64, 128));

    [Fact]
    public void Run_ShapesInTurn_BatchesAreFullAndResultsInOrder()
    {
        var pipeline = new ColourPipeline(Plain);
        // Wide and high in turn; the red rectangle's place tells which image it is.
        var images = Enumerable.Range(0, 16).Select(i => ColourPipeline.Paint(i % 2 == 0 ? 128 : 64, i % 2 == 0 ? 64 : 128, (0, new(i, 5, i + 20, 30)))).ToList();

        var found = pipeline.Run(images).ToList();

        Assert.Equal([(128, 64, 4), (64, 128, 4), (128, 64, 4), (64, 128, 4)], pipeline.Batches);
        Assert.Equal(Enumerable.Range(0, 16).Select(i => new Box(i, 5, i + 20, 30)), found.Select(item => Assert.Single(item.Detections).Box));
        Assert.Equal(images, found.Select(item => item.Source));
        Assert.True(pipeline.IsClean);
    }

    [Fact]
    public void Run_Observed_ShowsEachBatchOnceWithWhatItWasMadeOf()
    {
        var images = Enumerable.Range(0, 10).Select(i => ColourPipeline.Paint(i % 2 == 0 ? 128 : 64, 64)).ToList();
        var (pipeline, seen) = (new ColourPipeline(Plain), new List<Image>());

        Assert.Equal(10, pipeline.Run(images, image => new(image), observe: (sources, batch, _) =>
        {
            Assert.Equal(batch.Images.Select(one => one.SourceWidth), sources.Select(source => source.Width));
            seen.AddRange(sources);
        }).Count());

        Assert.Equal(images.ToHashSet(), seen.ToHashSet());
        Assert.Equal(10, seen.Count);
    }

    [Fact]
    public void Run_RareShape_WaitsNoLongerThanTheWindow()
    {
        var pipeline = new ColourPipeline(Plain);
        var taken = 0;
        IEnumerable<Image> Endless()
        {
            yield return ColourPipeline.Paint(64, 128, (0, new(1, 2, 30, 40)));
            while (true)
            {
                taken++;
                yield return ColourPipeline.Paint(128, 64);
            }
        }

        Assert.Single(pipeline.Run(Endless()).First().Detections);

        Assert.InRange(taken, 1, 16 + 6 * 4);
        Assert.True(pipeline.IsClean);
    }

    [Fact]
    public void Run_AnImageThatCannotBeRead_FailsAtItsPlace()
    {
        var pipeline = new ColourPipeline(Plain);

        var items = pipeline.Run(Enumerable.Range(0, 7), i => i == 3 ? throw new ImageException($"{i}.png", "is damaged") : new(ColourPipeline.Paint(64, 64)), batch: 2).ToList();

        Assert.Equal(Enumerable.Range(0, 7), items.Select(item => item.Source));
        Assert.Equal([3], items.Where(item => item.Error is not null).Select(item => item.Source));
        Assert.Contains("3.png", Assert.Throws<ImageException>(() => items[3].Detections).Message);
    }

    [Fact]
    public void Run_NetworkFails_ComesOutAndNothingIsLeft()
    {
        var batches = 0;
        var pipeline = new ColourPipeline(Plain) { InNetwork = () => { if (++batches == 3) throw new InvalidOperationException("third"); } };

        var error = Assert.Throws<InvalidOperationException>(() => pipeline.Run(Enumerable.Repeat(ColourPipeline.Paint(64, 64), 40), batch: 2).ToList());

        Assert.Equal("third", error.Message);
        Assert.True(pipeline.IsClean);
    }

    [Fact]
    public void Run_CancelledInTheNetwork_EndsAndNothingIsLeft()
    {
        using var stop = new CancellationTokenSource();
        var pipeline = new ColourPipeline(Plain) { InNetwork = stop.Cancel };

        Assert.ThrowsAny<OperationCanceledException>(() => pipeline.Run(Enumerable.Repeat(ColourPipeline.Paint(64, 64), 40), cancellationToken: stop.Token).ToList());

        Assert.True(pipeline.IsClean);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_Augmented_AsymmetricPictureKeepsItsPlaces(bool tiled)
    {
        // Red at the upper left, green on the right, blue below: a view mapped back wrongly would move one of them.
        Box[] boxes = [new(6, 10, 46, 30), new(200, 60, 240, 100), new(90, 128, 130, 148)];
        var image = ColourPipeline.Paint(256, 160, (0, boxes[0]), (1, boxes[1]), (2, boxes[2]));
        var pipeline = new ColourPipeline(new(new(128, 256), tiled ? 120 : null, .4, Augments: true));

        var found = Assert.Single(pipeline.Run([image])).Detections;

        Assert.Equal([0, 1, 2], found.Select(one => one.Class));
        Assert.All(found, one => Assert.True(Iou.Compute(one.Box, boxes[one.Class]) > .9, $"{one.Box}, not {boxes[one.Class]}"));
        // All six views agree, so that the score is theirs.
        Assert.All(found, one => Assert.Equal(.9f - .1f * one.Class, one.Score, 1e-5));
    }

    [Fact]
    public void Run_ObjectsOnTileBorders_AreFoundOnce()
    {
        // Tiles of 100 pixels, 25 in common: they begin at 0, 75, 150 both ways.
        for (var at = 60; at <= 105; at += 3)
        {
            Box[] boxes = [new(at, 20, at + 20, 42), new(25, at, 47, at + 22), new(at, at + 60, at + 22, at + 82)];
            var image = ColourPipeline.Paint(250, 250, (0, boxes[0]), (1, boxes[1]), (2, boxes[2]));

            var found = Assert.Single(new ColourPipeline(new(new(100, 200), Tile: 100)).Run([image])).Detections;

            Assert.Equal([0, 1, 2], found.Select(one => one.Class));
            Assert.Equal(boxes, found.Select(one => one.Box));
        }
    }

    [Fact]
    public void Run_ObjectLargerThanATile_IsFoundOnceAsAWhole()
    {
        Box large = new(40, 60, 220, 190), small = new(225, 5, 240, 20);
        var image = ColourPipeline.Paint(250, 250, (0, large), (1, small));

        var found = Assert.Single(new ColourPipeline(new(new(100, 200), Tile: 100)).Run([image])).Detections;

        Assert.Equal([0, 1], found.Select(one => one.Class));
        Assert.True(Iou.Compute(large, found[0].Box) > .95);
        // Exact, as the tile shows it at its own size; in the whole image it is 6 pixels.
        Assert.Equal(small, found[1].Box);
    }

    [Fact]
    public void Run_ImageNoLargerThanATile_IsShownOnce()
    {
        var pipeline = new ColourPipeline(new(new(64, 128), Tile: 100));

        Assert.Single(pipeline.Run([ColourPipeline.Paint(100, 80, (1, new(3, 3, 50, 50)))]));

        Assert.Equal(1, pipeline.Batches.Sum(batch => batch.Images));
    }
}
