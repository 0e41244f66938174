using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Verbs;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Watching;

/// <summary>Detects objects in images as they arrive, and writes the results.</summary>
/// <param name="detector">The detector.</param>
/// <param name="kept">The classes whose detections are kept.</param>
/// <param name="results">Receives images and detections.</param>
/// <param name="done">Called with the detections of each image, on any thread, one at a time.</param>
/// <param name="failed">Called with the error of each image that cannot be read.</param>
internal sealed class Watch(IObjectDetector detector, ClassFilter kept, WatchedFolder results, Action<DetectedImage> done, Action<ImageException> failed)
{
    // While the network runs, the next image is decoded and the last one is written.
    private const int Concurrency = 3;

    private readonly Lock _lock = new();

    /// <summary>Number of images with detections.</summary>
    public int Images { get; private set; }

    /// <summary>Number of images that cannot be read.</summary>
    public int Failed { get; private set; }

    /// <summary>Processes the images that arrive in a folder until it is empty or the watch is canceled; images that were begun are completed.</summary>
    public Task RunAsync(ArrivingFiles files, bool untilEmpty, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(files.WaitAsync(untilEmpty, cancellationToken), new ParallelOptions { MaxDegreeOfParallelism = Concurrency }, async (file, _) =>
        {
            try
            {
                var found = await detector.DetectManyAsync(new[] { (ImageSource)file }.ToAsyncEnumerable(), batch: 1).SingleAsync().ConfigureAwait(false);
                Add(new(0, file, found.Width, found.Height, kept.Apply(found.Detections)), image => results.Add(image));
            }
            catch (ImageException error)
            {
                results.AddFailed(file);
                lock (_lock)
                {
                    Failed++;
                    failed(error);
                }
            }
            catch (FileNotFoundException)
            {
                // Another program has taken the image.
            }
        });

    /// <summary>Processes frames until their end. Each is a line of a file, with its number from 1 in place of a file name.</summary>
    public async Task RunAsync(PpmFrames frames, string file, CancellationToken cancellationToken)
    {
        await using var lines = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read);
        var pending = new Queue<Image>();
        await foreach (var found in detector.DetectManyAsync(Remember(frames.ReadAsync(cancellationToken)), batch: 1, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            Image pixels;
            lock (pending)
                pixels = pending.Dequeue();
            Add(new(Images + 1, $"{Images + 1:000000}", found.Width, found.Height, kept.Apply(found.Detections)), image =>
            {
                WatchedFolder.WriteLine(lines, image);
                lines.Flush();
                results.DrawFrame(image, pixels, image.File);
            });
        }

        async IAsyncEnumerable<ImageSource> Remember(IAsyncEnumerable<Image> images)
        {
            await foreach (var image in images.ConfigureAwait(false))
            {
                lock (pending)
                    pending.Enqueue(image);
                yield return image;
            }
        }
    }

    private void Add(DetectedImage image, Action<DetectedImage> write)
    {
        write(image);
        lock (_lock)
        {
            Images++;
            done(image);
        }
    }
}
