using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Inference.Postprocessing;

namespace RetinaSharp.Inference.Tests.Postprocessing;

public class PostprocessorTests
{
    private static readonly Category[] Categories = [new(3, "cat"), new(9, "dog")];

    // 200 x 90 pixels, scaled to 96 x 43, padded to 96 x 64.
    private static readonly ImageGeometry Geometry = new(200, 90, 96, 43);

    private readonly AnchorGrid _anchors = new AnchorGenerator(new()).Generate(64, 96);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_ImageThatIsNotSquare_BoxesInItsOwnPixels(bool isBFloat16)
    {
        var chosen = _anchors.Levels[1].Offset + 40;

        var found = Run(new(), isBFloat16, (chosen, 1, 2f));

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
    public void Run_SecondImageOfABatch_HasItsOwnOutputs()
    {
        var output = new ArrayOutput(_anchors, 2, Categories.Length);
        var (first, second) = (_anchors.Levels[1].Offset + 40, _anchors.Levels[2].Offset + 9);
        output.Set(0, first, 0, 2);
        output.Set(1, second, 1, 1, new(.25f, 0, 0, 0));

        var found = new Postprocessor(new(), Categories, BoxHeadOutputs.Delta).Run(output, _anchors, [Geometry, new(96, 64, 96, 64)]);

        Assert.Equal(0, Assert.Single(found[0]).Class);
        var moved = BoxCoder.Decode(_anchors.Boxes[second], new(.25f, 0, 0, 0)).Clip(96, 64);
        Assert.Equal((1, moved), (Assert.Single(found[1]).Class, found[1][0].Box));
    }

    [Fact]
    public void Run_EqualBoxes_SuppressesWithinAClassAlone()
    {
        // Neighboring cells of the coarsest anchors are nearly the same once clipped.
        var first = _anchors.Levels[3].Offset;

        var found = Run(new(), (first, 0, 1f), (first + 9, 0, 2f), (first, 1, 0f));

        Assert.Equal([0, 1], found.Select(detection => detection.Class));
        Assert.True(found[0].Score > found[1].Score);
    }

    [Fact]
    public void Run_ThresholdAndMaxDetections_Hold()
    {
        (int, int, float)[] logits = [(0, 0, 2f), (300, 0, 1f), (600, 0, -1f)];

        Assert.Equal(3, Run(new() { ScoreThreshold = .2 }, logits).Count);
        Assert.Equal(2, Run(new() { ScoreThreshold = .5 }, logits).Count);
        Assert.Single(Run(new() { ScoreThreshold = .5, MaxDetections = 1 }, logits));
        Assert.Empty(Run(new() { ScoreThreshold = .9 }, logits));
    }

    [Fact]
    public void Run_ClippedAfterwards_ComparesWholeBoxesAndDropsWhatIsOutside()
    {
        // Of the level whose cells are 64 apart: around (0, 0) and (64, 0). Within the image they are nearly the same, as a whole they are not.
        var (level, size) = (_anchors.Levels[3], 9);
        var (first, second) = (level.Offset + 8, level.Offset + size + 8);
        // A cell in the padding, 48 below the top of an image of 43 rows, with an anchor that is 45 high.
        var below = _anchors.Levels[0].Offset + (((6 * _anchors.Levels[0].Grid.Width) + 5) * size);
        Assert.True(_anchors.Boxes[below].Y1 < 43 && Iou.Compute(_anchors.Boxes[first].Clip(96, 43), _anchors.Boxes[second].Clip(96, 43)) > .75);
        Assert.InRange(Iou.Compute(_anchors.Boxes[first], _anchors.Boxes[second]), .3, .7);
        (int, int, float)[] logits = [(first, 0, 2f), (second, 0, 1f), (below, 1, 0f)];
        var settings = new InferenceSettings { NmsIouThreshold = .72 };

        var before = Run(settings, logits);
        var after = Run(settings with { Clipping = BoxClipping.AfterSuppression }, logits);

        Assert.Equal(2, before.Count);
        Assert.Equal(3, after.Count);
        Assert.Equal(before[0], after[0]);
        Assert.All(after, detection => Assert.True(detection.Box is { X1: >= 0, Y1: >= 0, X2: <= 200, Y2: <= 90 }));
    }

    [Theory]
    [InlineData(SuppressionKind.ClassWise, new[] { 0, 1 }, new[] { 2f, 0 })]
    [InlineData(SuppressionKind.ClassAgnostic, new[] { 0 }, new[] { 2f })]
    [InlineData(SuppressionKind.Fusion, new[] { 0, 1 }, new[] { 2f, 0 })]
    [InlineData(SuppressionKind.Voting, new[] { 0, 1 }, new[] { 2f, 0 })]
    [InlineData(SuppressionKind.None, new[] { 0, 0, 1 }, new[] { 2f, 1, 0 })]
    public void Run_KindOfSuppression_DecidesWhatIsLeft(SuppressionKind kind, int[] classes, float[] logits)
    {
        var first = _anchors.Levels[3].Offset;

        var found = Run(new() { Suppression = kind }, (first, 0, 1f), (first + 9, 0, 2f), (first, 1, 0f));

        Assert.Equal(classes, found.Select(detection => detection.Class));
        Assert.Equal(logits.Select(logit => 1 / (1 + MathF.Exp(-logit))), found.Select(detection => detection.Score));
        Assert.Equal(found.Take(1), Run(new() { Suppression = kind, MaxDetections = 1 }, (first, 0, 1f), (first + 9, 0, 2f), (first, 1, 0f)));
    }

    [Fact]
    public void Run_SoftNms_LowersTheScoreOfTheOverlapAndAppliesTheThresholdToIt()
    {
        var (first, second) = Neighbors();
        (int, int, float)[] logits = [(first, 0, 1f), (second, 0, 2f), (first, 1, 0f)];
        var iou = Iou.Compute(_anchors.Boxes[first].Clip(96, 43), _anchors.Boxes[second].Clip(96, 43));
        Assert.InRange(iou, .6f, .99f);

        var linear = new InferenceSettings { Suppression = SuppressionKind.SoftLinear, ScoreThreshold = .001 };
        var gaussian = linear with { Suppression = SuppressionKind.SoftGaussian, SoftNmsSigma = .4 };

        Assert.Equal([Sigmoid(2), Sigmoid(0), Sigmoid(1) * (1 - iou)], Scores(linear), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([Sigmoid(2), Sigmoid(0), Sigmoid(1) * MathF.Exp(-iou * iou / .4f)], Scores(gaussian), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(2, Run(linear with { ScoreThreshold = .45 }, logits).Count);
        // The paper's threshold: boxes that overlap less keep their scores.
        Assert.Equal(Sigmoid(1), Scores(linear with { NmsIouThreshold = .995 })[1]);

        float[] Scores(InferenceSettings settings) => [.. Run(settings, logits).Select(detection => detection.Score)];

        static float Sigmoid(float logit) => 1 / (1 + MathF.Exp(-logit));
    }

    [Theory]
    [InlineData(SuppressionKind.Fusion)]
    [InlineData(SuppressionKind.Voting)]
    public void Run_FusionAndVoting_BoxIsTheWeightedMean(SuppressionKind kind)
    {
        var (first, second) = Neighbors();

        var one = Assert.Single(Run(new() { Suppression = kind }, (first, 0, 1f), (second, 0, 2f)));

        var (a, b) = (_anchors.Boxes[first].Clip(96, 43), _anchors.Boxes[second].Clip(96, 43));
        var (weightA, weightB) = (1 / (1 + Math.Exp(-1)), 1 / (1 + Math.Exp(-2)));
        if (kind == SuppressionKind.Voting)
            weightA *= Math.Exp(-Math.Pow(1 - Iou.Compute(a, b), 2) / .025);
        Assert.NotEqual(a, b);
        Assert.Equal(Mean(a.X1, b.X1) * 200 / 96, one.Box.X1, 1e-3);
        Assert.Equal(Mean(a.Y1, b.Y1) * 90 / 43, one.Box.Y1, 1e-3);
        Assert.Equal(Mean(a.X2, b.X2) * 200 / 96, one.Box.X2, 1e-3);
        Assert.Equal(Mean(a.Y2, b.Y2) * 90 / 43, one.Box.Y2, 1e-3);
        // The best box's score.
        Assert.Equal(1 / (1 + Math.Exp(-2)), one.Score, 1e-6);

        double Mean(double x, double y) => (weightA * x + weightB * y) / (weightA + weightB);
    }

    [Fact]
    public void Validate_Sigma_IsAboveZero()
    {
        new InferenceSettings { SoftNmsSigma = .1 }.Validate();
        Assert.Contains("Soft-NMS sigma 0", Assert.Throws<ArgumentException>(() => new InferenceSettings { SoftNmsSigma = 0 }.Validate()).Message);
    }

    /// <summary>The largest anchors of two neighboring cells within the image, of the finest level.</summary>
    private (int First, int Second) Neighbors()
    {
        var first = _anchors.Levels[0].Offset + 9 * (2 * _anchors.Levels[0].Grid.Width + 5) + 8;
        return (first, first + 9);
    }

    private IReadOnlyList<DetectedObject> Run(InferenceSettings settings, params (int Anchor, int Class, float Logit)[] logits) => Run(settings, isBFloat16: false, logits);

    private IReadOnlyList<DetectedObject> Run(InferenceSettings settings, bool isBFloat16, params (int Anchor, int Class, float Logit)[] logits)
    {
        var output = new ArrayOutput(_anchors, 1, Categories.Length) { IsBFloat16 = isBFloat16 };
        foreach (var (anchor, label, logit) in logits)
            output.Set(0, anchor, label, logit);
        return new Postprocessor(settings, Categories, BoxHeadOutputs.Delta).Run(output, _anchors, [Geometry])[0];
    }
}
