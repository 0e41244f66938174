using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Tests.Training;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Inference;

[Collection(TorchCollection.Name)]
public class DetectManyTests(TrainedModel trained) : LeakCheck
{
    [Fact]
    public void DetectMany_ImagesOfTwoShapes_EachAsAlone()
    {
        using var detector = Load();
        var images = trained.Set.Images.Take(6).Select(image => Image.Load(image.Path)).ToArray();
        foreach (var i in (int[])[2, 3])
            images[i] = images[i].Resize(images[i].Width, 2 * images[i].Height);
        var progress = new List<int>();

        var many = detector.DetectMany(images, batch: 4, new Done(progress)).ToList();

        // Four of one shape, though two of another are between them, then these.
        Assert.Equal([4, 6], progress);
        Assert.Equal(images.Length, many.Count);
        for (var i = 0; i < images.Length; i++)
            AssertClose(detector.Detect(images[i]), many[i]);
    }

    [Fact]
    public void DetectMany_Files_InTheirOrderWithTheirSizes()
    {
        using var detector = Load();
        var paths = trained.Set.Images.Select(image => image.Path).ToArray();
        var progress = new List<int>();

        var many = detector.DetectMany(paths, batch: 5, new Done(progress)).ToList();

        Assert.Equal([5, 10, 12], progress);
        Assert.Equal(paths, many.Select(one => one.Path));
        Assert.All(trained.Set.Images.Zip(many), pair => Assert.Equal((pair.First.Width, pair.First.Height), (pair.Second.Width, pair.Second.Height)));
        AssertClose(detector.Detect(paths[7]), many[7].Detections);
    }

    [Fact]
    public void DetectMany_EndlessFiles_ReadsNoFurtherThanItHasTo()
    {
        using var detector = Load();
        var given = 0;
        IEnumerable<string> Endless()
        {
            while (true)
                yield return trained.Set.Images[given++ % trained.Set.Images.Count].Path;
        }

        Assert.Equal(3, detector.DetectMany(Endless(), batch: 2).Take(3).Count());
        // Two batches were used; at most one was postprocessed, two were in the network or waited for it, two scaled, and three images decoded.
        Assert.InRange(given, 4, 2 * (2 + 1 + 2 + 2) + 3);
    }

    [Fact]
    public void DetectMany_CorruptFile_EndsOrIsLeftOut()
    {
        using var detector = Load();
        var corrupt = trained.At("no-image.png");
        File.WriteAllText(corrupt, "this is no image");
        string[] paths = [trained.Set.Images[0].Path, corrupt, trained.Set.Images[1].Path];
        var told = new List<ImageException>();

        Assert.Equal(corrupt, Assert.Throws<ImageException>(() => detector.DetectMany(paths).ToList()).File);
        var many = detector.DetectMany(paths, onImageError: told.Add).ToList();

        Assert.Equal([paths[0], paths[2]], many.Select(one => one.Path));
        Assert.Equal([corrupt], told.Select(error => error.File));
    }

    [Fact]
    public void DetectMany_CancelledOnTheWay_Throws()
    {
        using var detector = Load();
        using var stop = new CancellationTokenSource();
        var seen = 0;

        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (var _ in detector.DetectMany(trained.Set.Images.Select(image => image.Path), batch: 1, cancellationToken: stop.Token))
            {
                seen++;
                stop.Cancel();
            }
        });

        Assert.Equal(1, seen);
    }

    [Fact]
    public void DetectMany_NothingOrNoBatch_NothingOrThrowsAtOnce()
    {
        using var detector = Load();
        Assert.Empty(detector.DetectMany(Array.Empty<string>()));
        Assert.Throws<ArgumentOutOfRangeException>(() => detector.DetectMany(Array.Empty<Image>(), batch: 0));
    }

    // Convolutions of several images may sum in another order than those of one.
    private static void AssertClose(IReadOnlyList<DetectedObject> expected, IReadOnlyList<DetectedObject> actual)
    {
        var sure = expected.Zip(actual).Where(pair => pair.First.Score > .1).ToList();
        Assert.NotEmpty(sure);
        foreach (var (one, other) in sure)
        {
            Assert.Equal(one.Class, other.Class);
            Assert.Equal(one.Score, other.Score, 1e-3);
            Assert.True(Iou.Compute(one.Box, other.Box) > .99, $"{one.Box} became {other.Box}");
        }
    }

    private Detector Load() => Detector.Load(trained.Folder, new() { Threads = 2, Precision = Precision.Fp32 });

    private sealed class Done(List<int> reports) : IProgress<int>
    {
        public void Report(int value) => reports.Add(value);
    }
}
