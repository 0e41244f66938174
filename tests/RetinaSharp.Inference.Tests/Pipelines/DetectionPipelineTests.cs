using RetinaSharp.Boxes;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Views;

namespace RetinaSharp.Inference.Tests.Pipelines;

public class DetectionPipelineTests
{
    private static readonly ViewPlanner Plain = new(new(64, 128));

    [Fact]
    public async Task RunAsync_ShapesInTurn_BatchesAreFullAndResultsInOrder()
    {
        var pipeline = new ColorPipeline(Plain);
        // Wide and high in turn; the red rectangle's position tells which image it is.
        var images = Enumerable.Range(0, 16).Select(i => ColorImages.Paint(i % 2 == 0 ? 128 : 64, i % 2 == 0 ? 64 : 128, (0, new(i, 5, i + 20, 30)))).ToList();

        var found = await pipeline.RunAsync(images).ToListAsync();

        Assert.Equal([(128, 64, 4), (64, 128, 4), (128, 64, 4), (64, 128, 4)], pipeline.Batches);
        Assert.Equal(Enumerable.Range(0, 16).Select(i => new Box(i, 5, i + 20, 30)), found.Select(item => Assert.Single(item.Detections).Box));
        Assert.Equal(images, found.Select(item => item.Source));
        Assert.True(pipeline.IsClean);
    }

    [Fact]
    public async Task RunAsync_RareShape_WaitsNoLongerThanTheWindow()
    {
        var pipeline = new ColorPipeline(Plain);
        var taken = 0;
        IEnumerable<Image> Endless()
        {
            yield return ColorImages.Paint(64, 128, (0, new(1, 2, 30, 40)));
            while (true)
            {
                Interlocked.Increment(ref taken);
                yield return ColorImages.Paint(128, 64);
            }
        }

        Assert.Single((await pipeline.RunAsync(Endless()).FirstAsync()).Detections);

        // The window of four batches, and those in the stages: one used, one postprocessed, two in the network or waiting for it, two scaled, one decoded.
        Assert.InRange(taken, 1, 16 + (1 + 1 + 2 + 2 + 1) * 4);
        Assert.True(pipeline.IsClean);
    }

    [Fact]
    public async Task RunAsync_AnImageThatCannotBeRead_FailsAtItsPosition()
    {
        var pipeline = new ColorPipeline(Plain);

        var items = await pipeline.RunAsync(
            AsyncEnumerable.Range(0, 7), i => i == 3 ? throw new ImageException($"{i}.png", "is corrupt") : new(ColorImages.Paint(64, 64)), batch: 2).ToListAsync();

        Assert.Equal(Enumerable.Range(0, 7), items.Select(item => item.Source));
        Assert.Equal([3], items.Where(item => item.Error is not null).Select(item => item.Source));
        Assert.Contains("3.png", Assert.Throws<ImageException>(() => items[3].Detections).Message);
    }

    [Fact]
    public async Task RunAsync_ImagesThatCannotBeRead_CountAsDone()
    {
        var done = new List<int>();

        await new ColorPipeline(Plain).RunAsync(
            AsyncEnumerable.Range(0, 5), i => i % 2 == 0 ? throw new ImageException($"{i}.png", "is corrupt") : new(ColorImages.Paint(64, 64)), batch: 2, new Collected(done)).ToListAsync();

        // 0, 2, the batch of 1 and 3, and 4.
        Assert.Equal([1, 2, 4, 5], done);
    }

    [Fact]
    public async Task RunAsync_NetworkFails_ThrowsItsExceptionAndNothingIsLeft()
    {
        var batches = 0;
        var pipeline = new ColorPipeline(Plain) { InNetwork = () => { if (++batches == 3) throw new InvalidOperationException("third"); } };
        var found = 0;

        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var _ in pipeline.RunAsync(Enumerable.Repeat(ColorImages.Paint(64, 64), 40), batch: 2))
                found++;
        });

        Assert.Equal(("third", 4), (error.Message, found));
        Assert.True(pipeline.IsClean);
    }

    [Fact]
    public async Task RunAsync_CancelledInTheNetwork_EndsAndNothingIsLeft()
    {
        using var stop = new CancellationTokenSource();
        var pipeline = new ColorPipeline(Plain) { InNetwork = stop.Cancel };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await pipeline.RunAsync(Enumerable.Repeat(ColorImages.Paint(64, 64), 40), cancellationToken: stop.Token).ToListAsync());

        Assert.True(pipeline.IsClean);
    }

    [Fact]
    public async Task RunAsync_AbandonedEarly_NothingIsLeft()
    {
        var pipeline = new ColorPipeline(Plain);

        await foreach (var _ in pipeline.RunAsync(Enumerable.Repeat(ColorImages.Paint(64, 64), 400), batch: 2))
            break;

        Assert.True(pipeline.IsClean);
        Assert.InRange(pipeline.Batches.Count, 1, 10);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunAsync_Augmented_AsymmetricImageKeepsItsBoxes(bool tiled)
    {
        // Red at the upper left, green on the right, blue below: a view mapped back wrongly would move one of them.
        Box[] boxes = [new(6, 10, 46, 30), new(200, 60, 240, 100), new(90, 128, 130, 148)];
        var image = ColorImages.Paint(256, 160, (0, boxes[0]), (1, boxes[1]), (2, boxes[2]));
        var pipeline = new ColorPipeline(new(new(128, 256), tiled ? 120 : null, .4, UsesTestTimeAugmentation: true));

        var found = (await pipeline.RunAsync([image]).SingleAsync()).Detections;

        Assert.Equal([0, 1, 2], found.Select(one => one.Class));
        Assert.All(found, one => Assert.True(Iou.Compute(one.Box, boxes[one.Class]) > .9, $"{one.Box}, not {boxes[one.Class]}"));
        // All six views agree, so that the score is theirs.
        Assert.All(found, one => Assert.Equal(.9f - .1f * one.Class, one.Score, 1e-5));
    }

    [Fact]
    public async Task RunAsync_ObjectsOnSliceBorders_AreFoundOnce()
    {
        // Slices of 100 pixels, 25 in common: they begin at 0, 75, 150 both ways.
        for (var at = 60; at <= 105; at += 3)
        {
            Box[] boxes = [new(at, 20, at + 20, 42), new(25, at, 47, at + 22), new(at, at + 60, at + 22, at + 82)];
            var image = ColorImages.Paint(250, 250, (0, boxes[0]), (1, boxes[1]), (2, boxes[2]));

            var found = (await new ColorPipeline(new(new(100, 200), Tile: 100)).RunAsync([image]).SingleAsync()).Detections;

            Assert.Equal([0, 1, 2], found.Select(one => one.Class));
            Assert.Equal(boxes, found.Select(one => one.Box));
        }
    }

    [Fact]
    public async Task RunAsync_ObjectLargerThanASlice_IsFoundOnceAsAWhole()
    {
        Box large = new(40, 60, 220, 190), small = new(225, 5, 240, 20);
        var image = ColorImages.Paint(250, 250, (0, large), (1, small));

        var found = (await new ColorPipeline(new(new(100, 200), Tile: 100)).RunAsync([image]).SingleAsync()).Detections;

        Assert.Equal([0, 1], found.Select(one => one.Class));
        Assert.True(Iou.Compute(large, found[0].Box) > .95);
        // Exact, as the slice shows it at its own size; in the whole image it is 6 pixels.
        Assert.Equal(small, found[1].Box);
    }

    [Fact]
    public async Task RunAsync_ImageNoLargerThanASlice_HasOneView()
    {
        var pipeline = new ColorPipeline(new(new(64, 128), Tile: 100));

        Assert.Equal(1, await pipeline.RunAsync([ColorImages.Paint(100, 80, (1, new(3, 3, 50, 50)))]).CountAsync());

        Assert.Equal(1, pipeline.Batches.Sum(batch => batch.Images));
    }

    private sealed class Collected(List<int> reports) : IProgress<int>
    {
        public void Report(int value) => reports.Add(value);
    }
}
