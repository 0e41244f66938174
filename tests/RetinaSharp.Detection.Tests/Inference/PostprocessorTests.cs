using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Tests.Modeling;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Inference;

[Collection(TorchCollection.Name)]
public class PostprocessorTests : LeakCheck
{
    private static readonly Category[] Categories = [new(3, "cat"), new(9, "dog")];

    // 200 x 90 pixels, seen at 96 x 43 in a frame of 96 x 64.
    private static readonly ImageGeometry Geometry = new(200, 90, 96, 43);

    private readonly AnchorGrid _anchors = new AnchorGenerator(new()).Generate(64, 96);

    [Fact]
    public void Run_ImageThatIsNotSquare_BoxesInItsOwnPixels()
    {
        using var scope = NewDisposeScope();
        var chosen = _anchors.Levels[1].Offset + 40;

        var found = Run(new(), (chosen, 1, 2f));

        var detection = Assert.Single(found);
        Assert.Equal((1, Categories[1]), (detection.Class, detection.Category));
        Assert.Equal(1 / (1 + MathF.Exp(-2)), detection.Score, 1e-6f);
        var box = _anchors.Boxes[chosen].Clip(96, 43);
        Assert.Equal(box.X1 * 200 / 96, detection.Box.X1, 1e-3f);
        Assert.Equal(box.Y1 * 90 / 43, detection.Box.Y1, 1e-3f);
        Assert.Equal(box.X2 * 200 / 96, detection.Box.X2, 1e-3f);
        Assert.Equal(box.Y2 * 90 / 43, detection.Box.Y2, 1e-3f);
    }

    [Fact]
    public void Run_EqualBoxes_SuppressesWithinAClassAlone()
    {
        using var scope = NewDisposeScope();
        // Neighbouring cells of the coarsest anchors are nearly the same once clipped.
        var first = _anchors.Levels[3].Offset;

        var found = Run(new(), (first, 0, 1f), (first + 9, 0, 2f), (first, 1, 0f));

        Assert.Equal([0, 1], found.Select(detection => detection.Class));
        Assert.True(found[0].Score > found[1].Score);
    }

    [Fact]
    public void Run_ThresholdAndMost_Hold()
    {
        using var scope = NewDisposeScope();
        (int, int, float)[] logits = [(0, 0, 2f), (300, 0, 1f), (600, 0, -1f)];

        Assert.Equal(3, Run(new() { ScoreThreshold = .2 }, logits).Count);
        Assert.Equal(2, Run(new() { ScoreThreshold = .5 }, logits).Count);
        Assert.Single(Run(new() { ScoreThreshold = .5, MaxDetections = 1 }, logits));
        Assert.Empty(Run(new() { ScoreThreshold = .9 }, logits));
    }

    [Theory]
    [InlineData(ScalarType.Float32, 1e-5f)]
    [InlineData(ScalarType.BFloat16, 1e-5f)]
    public void Run_BackgroundAmongTheOutputs_ScoresAreTheSoftmaxOfTheClasses(ScalarType type, float tolerance)
    {
        using var scope = NewDisposeScope();
        var outputs = _anchors.Levels.Select(level =>
        {
            var values = new float[level.Count * 3];
            for (var i = 0; i < values.Length; i += 3)
                values[i] = 40;
            return (Values: values, Level: level);
        }).ToList();
        // Far from zero, as only differences count; the background is the first of three, and no detection however sure it is.
        float[] background = [100, 98, 101], cat = [95, 102, 99], dog = [0, 0, 0];
        cat.CopyTo(outputs[0].Values, 0);
        dog.CopyTo(outputs[0].Values, 3 * 300);
        background.CopyTo(outputs[0].Values, 3 * 600);

        var found = Run(new() { ScoreThreshold = .1 }, outputs.Select(output => new LevelOutput(
            TensorValues.Create(output.Values, 1, output.Level.Count, 3).to(type), zeros([1, output.Level.Count, 4], type))));

        var e = Math.E;
        (int, double)[] expected =
        [
            (0, Math.Pow(e, 7) / (1 + Math.Pow(e, 7) + Math.Pow(e, 4))), (1, e / (e + 1 + Math.Exp(-2))), (0, 1 / 3.0), (1, 1 / 3.0),
        ];
        Assert.Equal(expected.Length, found.Count);
        Assert.All(expected.Zip(found), both =>
        {
            Assert.Equal(both.First.Item1, both.Second.Class);
            Assert.Equal((float)both.First.Item2, both.Second.Score, tolerance);
        });
    }

    [Fact]
    public void Run_ClippedAfterwards_ComparesWholeBoxesAndDropsWhatIsOutside()
    {
        using var scope = NewDisposeScope();
        // Of the level whose cells are 64 apart: around (0, 0) and (64, 0). Within the image they are nearly the same, as a whole they are not.
        var (level, size) = (_anchors.Levels[3], 9);
        var (first, second) = (level.Offset + 8, level.Offset + size + 8);
        // A cell in the padding, 48 below the top of an image of 43 rows, with an anchor that is 45 high.
        var below = _anchors.Levels[0].Offset + (((6 * _anchors.Levels[0].Grid.Width) + 5) * size);
        Assert.True(_anchors.Boxes[below].Y1 < 43 && Iou.Compute(_anchors.Boxes[first].Clip(96, 43), _anchors.Boxes[second].Clip(96, 43)) > .75);
        Assert.InRange(Iou.Compute(_anchors.Boxes[first], _anchors.Boxes[second]), .3, .7);
        (int, int, float)[] logits = [(first, 0, 2f), (second, 0, 1f), (below, 1, 0f)];
        var settings = new InferenceSettings { NmsIou = .72 };

        var before = Run(settings, logits);
        var after = Run(settings with { Clipping = BoxClipping.AfterSuppression }, logits);

        Assert.Equal(2, before.Count);
        Assert.Equal(3, after.Count);
        Assert.Equal(before[0], after[0]);
        Assert.All(after, detection => Assert.True(detection.Box is { X1: >= 0, Y1: >= 0, X2: <= 200, Y2: <= 90 }));
    }

    private IReadOnlyList<RetinaSharp.Detection.Inference.DetectedObject> Run(InferenceSettings settings, params (int Anchor, int Class, float Logit)[] logits)
    {
        var outputs = _anchors.Levels.Select(level =>
        {
            var values = new float[level.Count * Categories.Length];
            Array.Fill(values, -20f);
            foreach (var (anchor, place, logit) in logits)
                if (anchor >= level.Offset && anchor < level.Offset + level.Count)
                    values[((anchor - level.Offset) * Categories.Length) + place] = logit;
            return new LevelOutput(
                TensorValues.Create(values, 1, level.Count, Categories.Length), zeros(1, level.Count, 4));
        });
        return Run(settings, outputs);
    }

    private IReadOnlyList<RetinaSharp.Detection.Inference.DetectedObject> Run(InferenceSettings settings, IEnumerable<LevelOutput> outputs)
    {
        var postprocessor = new Postprocessor(settings, Categories);
        return postprocessor.Run([.. outputs.Select(postprocessor.Prepare)], _anchors, [Geometry])[0];
    }
}
