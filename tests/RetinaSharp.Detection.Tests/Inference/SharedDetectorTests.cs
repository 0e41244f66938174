using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Tests.Modeling;
using RetinaSharp.Detection.Tests.Training;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Tests.Inference;

/// <summary>One detector, many threads. benchmarks/RetinaSharp.Soak does the same for longer, and watches the memory.</summary>
[Collection(TorchCollection.Name)]
public class SharedDetectorTests(TrainedModel trained) : LeakCheck
{
    private const int Callers = 16;

    // Both the rule that calls take turns, and calls side by side.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Detect_SixteenThreads_ResultsOfOneAndNoTensorLeft(int threads)
    {
        var before = TensorCount.Alive;
        using (var detector = Load(threads))
        {
            var images = Images();
            var results = new IReadOnlyList<DetectedObject>[Callers * 8];
            // First thing of all, so that they also meet where the weights are folded.
            OnThreads(caller =>
            {
                for (var i = caller; i < results.Length; i += Callers)
                    results[i] = detector.Detect(images[i % images.Length]);
            });
            var tensors = TensorCount.Alive;

            var expected = images.Select(image => detector.Detect(image)).ToArray();

            Assert.Contains(expected, detections => detections.Count > 0);
            Assert.All(Enumerable.Range(0, results.Length), i => Assert.Equal(expected[i % images.Length], results[i]));
            Assert.Equal(tensors, TensorCount.Alive);
        }

        Assert.Equal(before, TensorCount.Alive);
    }

    [Fact]
    public void Detect_ThreadWithItsOwnNumberOfThreads_KeepsIt()
    {
        using var detector = Load(1);
        var image = Images()[0];
        var before = get_num_threads();
        try
        {
            set_num_threads(3);
            detector.Detect(image);
            Assert.Equal(3, get_num_threads());
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void Dispose_CallersInside_TheyFinishAndLaterOnesAreTold()
    {
        var before = TensorCount.Alive;
        var detector = Load(0);
        var image = Images()[0];
        var expected = detector.Detect(image);
        using var allHaveStarted = new CountdownEvent(Callers);
        var (wrong, told) = (0, 0);

        var disposer = new Thread(() =>
        {
            allHaveStarted.Wait();
            detector.Dispose();
        });
        disposer.Start();
        OnThreads(_ =>
        {
            try
            {
                for (var i = 0; ; i++)
                {
                    if (!detector.Detect(image).SequenceEqual(expected))
                        Interlocked.Increment(ref wrong);
                    if (i == 0)
                        allHaveStarted.Signal();
                }
            }
            catch (ObjectDisposedException)
            {
                Interlocked.Increment(ref told);
            }
        });
        disposer.Join();

        Assert.Equal((0, Callers), (wrong, told));
        Assert.Throws<ObjectDisposedException>(() => detector.Detect(image));
        Assert.Equal(before, TensorCount.Alive);
        detector.Dispose();
    }

    [Fact]
    public void Detect_Cancelled_Throws()
    {
        using var detector = Load(0);
        Assert.ThrowsAny<OperationCanceledException>(() => detector.Detect(Images()[0], new CancellationToken(canceled: true)));
    }

    private static void OnThreads(Action<int> work)
    {
        var threads = Enumerable.Range(0, Callers).Select(caller => new Thread(() => work(caller))).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
    }

    private Image[] Images() => [.. trained.Set.Images.Take(5).Select(image => Image.Load(image.Path))];

    private Detector Load(int threads) => Detector.Load(trained.Folder, new() { Threads = threads, Precision = Precision.Fp32 });
}
