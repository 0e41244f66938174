using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Postprocessing;

namespace RetinaSharp.Inference.Tests.Postprocessing;

public sealed class EnsembleMergerTests
{
    private static readonly Category Cat = new(1, "cat"), Dog = new(2, "dog"), Horse = new(2, "horse");

    [Fact]
    public void Categories_OfSeveralMembers_AreJoinedByNameWithUniqueIds()
    {
        var merger = Create(new(), ([Cat, Dog], 1), ([Horse, new(5, "cat")], 1));

        Assert.Equal([Cat, Dog, new(3, "horse")], merger.Categories);
        Assert.Equal([Cat, Cat], Create(new(), ([Cat, Cat], 1), ([Cat, Cat], 1)).Categories);
    }

    [Fact]
    public void Merge_ObjectOfAllMembers_IsTheWeightedMean()
    {
        var merger = Create(new(), ([Cat, Dog], 3), ([Horse, new(5, "cat")], 1));

        var one = Assert.Single(merger.Merge([[Make(0, Cat, .8f, new(0, 0, 20, 20))], [Make(1, new(5, "cat"), .4f, new(4, 0, 24, 20))]]));

        Assert.Equal((0, Cat), (one.Class, one.Category));
        Assert.Equal((3 * .8 + .4) / 4, one.Score, 1e-6);
        Assert.Equal(4 * .4 / (3 * .8 + .4), one.Box.X1, 1e-5);
    }

    [Fact]
    public void Merge_ObjectOfOneMember_CountsThoseThatKnowTheClass()
    {
        var merger = Create(new(), ([Cat, Dog], 3), ([Horse, Cat], 1));

        var found = merger.Merge([[Make(0, Cat, .8f, new(0, 0, 20, 20)), Make(1, Dog, .5f, new(50, 0, 70, 20))], [Make(0, Horse, .9f, new(0, 50, 20, 70))]]);

        // The cat is missed by the second member, which has no dogs; the first has no horses.
        Assert.Equal([("horse", .9f), ("cat", .6f), ("dog", .5f)], found.Select(one => (one.Category.Name, one.Score)));
        Assert.Equal([2, 0, 1], found.Select(one => one.Class));
    }

    [Fact]
    public void Merge_Options_Hold()
    {
        DetectedObject[] first = [Make(0, Cat, .8f, new(0, 0, 20, 20)), Make(0, Cat, .2f, new(50, 0, 70, 20))], second = [Make(0, Cat, .6f, new(5, 0, 25, 20))];

        // IoU .6.
        Check([.7f, .1f], new());
        Check([.7f], new() { ScoreThreshold = .11 });
        Check([.7f], new() { MaxDetections = 1 });
        Check([.4f, .3f, .1f], new() { IouThreshold = .61 });

        void Check(float[] scores, EnsembleDetectorOptions options) => Assert.Equal(
            scores, Create(options, ([Cat], 1), ([Cat], 1)).Merge([first, second]).Select(one => one.Score), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Theory]
    [InlineData(false, new[] { "cat", "dog" })]
    [InlineData(true, new[] { "cat", "horse" })]
    public void Merge_MembersFindDifferentClasses_ClassAgnosticKeepsTheBetter(bool isClassAgnostic, string[] expected)
    {
        var merger = Create(new() { IsClassAgnostic = isClassAgnostic, MaxDetections = 2 }, ([Cat, Dog], 1), ([Cat, Dog, new(3, "horse")], 1));

        // The limit holds after the suppression, so that the horse comes in for the dog.
        var found = merger.Merge([[Make(0, Cat, .9f, new(0, 0, 20, 20))], [Make(1, Dog, .8f, new(1, 0, 21, 20)), Make(2, new(3, "horse"), .3f, new(50, 0, 70, 20))]]);

        Assert.Equal(expected, found.Select(one => one.Category.Name));
    }

    private static DetectedObject Make(int index, Category category, float score, Box box) => new(index, category, score, box);

    private static EnsembleMerger Create(EnsembleDetectorOptions options, params (Category[] Categories, double Weight)[] members) =>
        new([.. members.Select(member => new EnsembleMember(new NamedClasses(member.Categories), member.Weight))], options);

    /// <summary>A detector that only has classes.</summary>
    private sealed class NamedClasses(Category[] categories) : IObjectDetector
    {
        public IReadOnlyList<Category> Categories => categories;

        public InputSize Input => new(64, 64);

        public Task<IReadOnlyList<DetectedObject>> DetectAsync(ImageSource image, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public IAsyncEnumerable<ImageDetections> DetectManyAsync(
            IAsyncEnumerable<ImageSource> images, int batch = 8, IProgress<int>? imagesDone = null, Action<ImageException>? onImageError = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
