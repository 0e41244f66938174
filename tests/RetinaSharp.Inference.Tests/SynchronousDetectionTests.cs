using RetinaSharp.Boxes;

namespace RetinaSharp.Inference.Tests;

public class SynchronousDetectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(null, false)]
    [InlineData(64, false)]
    [InlineData(null, true)]
    public async Task Detect_InASynchronizationContextThatItBlocks_Returns(int? tile, bool isAugmented)
    {
        using var detector = Create();
        using var ensemble = new EnsembleDetector([new(Create()), new(Create())]);
        var image = ColorImages.Paint(120, 80, (0, new Box(10, 12, 40, 36)));

        int[] found = await RunInBlockedContextAsync<int[]>(() =>
        [
            detector.Detect(image).Count, detector.Detect([image])[0].Count, detector.DetectMany([image]).Single().Count,
            ensemble.Detect(image).Count, ensemble.DetectMany([image]).Single().Count,
        ]);

        Assert.All(found, count => Assert.Equal(1, count));

        ObjectDetector Create() => new(new ColorEngine(), new() { Tile = tile, TestTimeAugmentation = isAugmented });
    }

    // The thread of a user interface is like this while it waits for a synchronous call.
    private static Task<T> RunInBlockedContextAsync<T>(Func<T> work) => Task.Factory.StartNew(
        () =>
        {
            SynchronizationContext.SetSynchronizationContext(new BlockedContext());
            return work();
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(Patience);

    /// <summary>A context whose thread never comes to the continuations that are posted to it.</summary>
    private sealed class BlockedContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
