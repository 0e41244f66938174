using RetinaSharp.Datasets;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Ranking;

namespace RetinaSharp.Inference.Tests.Ranking;

public sealed class ImageRankerTests
{
    private static readonly Category[] Categories = [new(1, "cat"), new(2, "dog"), new(3, "cow")];

    [Theory]
    [InlineData(.5, 1)]
    [InlineData(.25, .8112781244591328)]
    [InlineData(.9, .4689955935892812)]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    public void BinaryEntropy_Probability_IsInBits(double probability, double expected) =>
        Assert.Equal(expected, DetectionUncertainty.BinaryEntropy(probability), 1e-12);

    [Fact]
    public void Uncertainty_OverlappingClasses_AddsTheMarginOnce()
    {
        DetectedObject[] detections = [Detection(0, .6f, 10), Detection(1, .4f, 11), Detection(0, .9f, 200), Detection(1, .2f, 200), Detection(2, .05f, 300)];

        var uncertainty = DetectionUncertainty.Compute(detections, new());

        // The margin of the second object is clear, and the last detection does not count.
        Assert.Equal(.8, uncertainty.Margin, 1e-6);
        Assert.Equal((4, 2), (uncertainty.Detections, uncertainty.Unsure));
        Assert.Equal([("cat", "dog", 1)], uncertainty.Ambiguous);
        Assert.Equal(new[] { .6f, .4f, .9f, .2f }.Sum(score => DetectionUncertainty.BinaryEntropy(score)), uncertainty.Entropy, 1e-12);
    }

    [Fact]
    public void Uncertainty_ObjectWithThreeClasses_CountsOnce()
    {
        var uncertainty = DetectionUncertainty.Compute([Detection(0, .6f, 10), Detection(1, .5f, 11), Detection(2, .4f, 12)], new());

        Assert.Equal(.9, uncertainty.Margin, 1e-6);
        Assert.Equal([("cat", "dog", 1)], uncertainty.Ambiguous);
    }

    [Fact]
    public void Rank_UnsureImages_AreBeforeSureOnes()
    {
        var ranking = ImageRanker.Rank(
        [
            Candidate([0, 0], Detection(0, .99f, 0)),
            Candidate([.9f, 0], Detection(0, .5f, 0), Detection(1, .45f, 100)),
            Candidate([0, .9f], Detection(0, .9f, 0)),
        ]);

        Assert.Equal(1, ranking[0].Index);
        Assert.Equal(1, ranking[0].Novelty);
        Assert.Equal("2 detections with scores near .5", ranking[0].Reasons[0]);
        Assert.Equal([1, 2, 0], ranking.Select(image => image.Index));
    }

    [Fact]
    public void Rank_CopyOfAnUnsureImage_IsLast()
    {
        var ranking = ImageRanker.Rank(
        [
            Candidate([1, 0], Detection(0, .5f, 0), Detection(0, .5f, 50)),
            Candidate([1, 0], Detection(0, .5f, 0), Detection(0, .5f, 50)),
            Candidate([0, 1], Detection(0, .97f, 0)),
            Candidate([.6f, .3f], Detection(0, .3f, 0)),
        ]);

        Assert.Equal(0, ranking[0].Index);
        Assert.Equal((1, 0d, 0d), (ranking[^1].Index, ranking[^1].Novelty, ranking[^1].Score));
        Assert.Contains("much like an image before it", ranking[^1].Reasons);
        Assert.Contains(ranking, image => image.Reasons.Contains("unlike the images before it"));
    }

    [Fact]
    public void Rank_EqualUncertainty_TakesTheFarthest()
    {
        RankingCandidate At(float x) => Candidate([x], Detection(0, .5f, 0));

        var ranking = ImageRanker.Rank([At(0), At(.2f), At(1), At(.5f)]);

        Assert.Equal([0, 2, 3, 1], ranking.Select(image => image.Index));
        Assert.Equal([1, 1, .5, .2], ranking.Select(image => Math.Round(image.Novelty, 6)));
    }

    [Fact]
    public void Rank_RandomImages_HaveDescendingScoresAndAllIndices()
    {
        var random = new Random(3);
        var candidates = Enumerable.Range(0, 60).Select(_ => Candidate([random.NextSingle(), random.NextSingle()],
            [.. Enumerable.Range(0, random.Next(6)).Select(i => Detection(random.Next(3), random.NextSingle(), 40 * i))])).ToArray();

        var ranking = ImageRanker.Rank(candidates);

        Assert.Equal(Enumerable.Range(0, 60), ranking.Select(image => image.Index).Order());
        Assert.All(ranking.Zip(ranking.Skip(1)), pair => Assert.True(pair.First.Score >= pair.Second.Score));
        Assert.All(ranking, image => Assert.True(image.Reasons.Count > 0 && image.Score is >= 0 and <= 1 && image.Uncertainty is >= 0 and < 1 && image.Novelty is >= 0 and <= 1));
        Assert.Equal(ranking.Take(7).Select(image => (image.Index, image.Score)), ImageRanker.Rank(candidates, new() { MaxImages = 7 }).Select(image => (image.Index, image.Score)));
    }

    [Fact]
    public void Rank_OverlappingClasses_AreNamed()
    {
        var ranking = ImageRanker.Rank([Candidate([0], Detection(0, .9f, 0), Detection(1, .8f, 2), Detection(1, .95f, 100), Detection(2, .72f, 99))]);

        Assert.Equal(["2 objects of unclear class (cat or dog, cow or dog)"], ranking[0].Reasons);
    }

    [Fact]
    public void Rank_ImagesWithoutDetections_SaySo()
    {
        var ranking = ImageRanker.Rank([Candidate([0]), Candidate([1], Detection(1, .02f, 0))]);

        Assert.All(ranking, image => Assert.StartsWith("no detections", image.Reasons[0]));
        Assert.All(ranking, image => Assert.Equal(0, image.Uncertainty));
    }

    [Fact]
    public void Rank_NoImages_IsEmpty() => Assert.Empty(ImageRanker.Rank([]));

    [Fact]
    public void Rank_OneImage_IsFirst() => Assert.Equal(0, Assert.Single(ImageRanker.Rank([Candidate([1])])).Index);

    [Fact]
    public void Rank_DescriptorsOfDifferentLength_Throws() => Assert.Throws<ArgumentException>(() => ImageRanker.Rank([Candidate([1]), Candidate([1, 2])]));

    [Fact]
    public void Descriptor_BlackAndWhite_HaveDistanceOne()
    {
        var (black, white) = (new Image(20, 10, new byte[600]), new Image(16, 16, [.. Enumerable.Repeat((byte)255, 768)]));

        Assert.Equal(1, Distance(ImageDescriptor.Create(black, [], 3), ImageDescriptor.Create(white, [], 3)), 1e-5);
    }

    [Fact]
    public void Descriptor_DisjointClasses_HaveHellingerDistanceOne()
    {
        var image = new Image(8, 8, new byte[192]);

        var (cats, dogs) = (ImageDescriptor.Create(image, [Detection(0, .9f, 0), Detection(0, .3f, 50)], 3), ImageDescriptor.Create(image, [Detection(1, .2f, 0)], 3));

        Assert.Equal(1, Distance(cats, dogs), 1e-5);
        Assert.Equal(3 + 192, cats.Length);
    }

    private static double Distance(float[] a, float[] b) => Math.Sqrt(a.Zip(b).Sum(pair => Math.Pow(pair.First - pair.Second, 2)));

    private static RankingCandidate Candidate(float[] descriptor, params DetectedObject[] detections) => new(detections, descriptor);

    private static DetectedObject Detection(int category, float score, float x) => new(category, Categories[category], score, new(x, 0, x + 30, 30));
}
