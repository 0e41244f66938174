using System.Runtime.CompilerServices;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Verbs;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Watching;

/// <summary>Detects objects in images as they arrive, and writes the results. The functions are called on any thread, one at a time.</summary>
/// <param name="detector">The detector.</param>
/// <param name="kept">The classes whose detections are kept.</param>
/// <param name="results">Receives images and detections.</param>
/// <param name="done">Called with the detections of each image.</param>
/// <param name="failed">Called with a message for each image that is corrupt or cannot be read, and when the watched folder cannot be listed.</param>
/// <param name="skipped">Called with a message for each image that has changed or vanished since it arrived.</param>
internal sealed class Watch(IObjectDetector detector, ClassFilter kept, WatchedFolder results, Action<DetectedImage> done, Action<string> failed, Action<string> skipped)
{
    // While the network runs, the next image is decoded and the last one is written.
    private const int Concurrency = 3;

    private readonly Lock _lock = new();

    // Files that could not be read when they were last tried. They stay in their folder, because the reason may pass.
    private readonly HashSet<string> _unread = [];
    private int _corrupt;

    /// <summary>Number of images with detections.</summary>
    public int Images { get; private set; }

    /// <summary>Number of images that are corrupt, or that are still there because they could not be read.</summary>
    public int Failed => _corrupt + _unread.Count(File.Exists);

    /// <summary>Processes the images that arrive in a folder until it is empty or the watch is canceled; images that were begun are completed.</summary>
    /// <param name="files">The images.</param>
    /// <param name="untilEmpty">Whether to end when no image is left. Images that cannot be read are then tried once, instead of again and again.</param>
    /// <param name="cancellationToken">Ends the watch, without an exception.</param>
    /// <exception cref="IOException">The results cannot be written.</exception>
    public Task RunAsync(ArrivingFiles files, bool untilEmpty, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(files.WaitAsync(untilEmpty, message => Report(failed, message), cancellationToken), new ParallelOptions { MaxDegreeOfParallelism = Concurrency }, async (file, _) =>
        {
            var isDone = await ProcessAsync(file).ConfigureAwait(false);
            files.End(file, again: !isDone && !untilEmpty);
        });

    /// <summary>Processes frames until their end. Each is a line of a file, with its number from 1 in place of a file name.</summary>
    public async Task RunAsync(PpmFrames frames, string file, CancellationToken cancellationToken)
    {
        await using var lines = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read);
        var pending = new Queue<Image>();
        await foreach (var found in detector.DetectManyAsync(Remember(), batch: 1, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            Image pixels;
            lock (pending)
                pixels = pending.Dequeue();
            var image = new DetectedImage(Images + 1, $"{Images + 1:000000}", found.Width, found.Height, kept.Apply(found.Detections));
            WatchedFolder.WriteLine(lines, image);
            lines.Flush();
            results.DrawFrame(image, pixels);
            Count(image);
        }

        // The detector's token, so that an error of writing ends the wait for a frame too.
        async IAsyncEnumerable<ImageSource> Remember([EnumeratorCancellation] CancellationToken token = default)
        {
            await foreach (var image in frames.ReadAsync(token).ConfigureAwait(false))
            {
                lock (pending)
                    pending.Enqueue(image);
                yield return image;
            }
        }
    }

    /// <summary>Processes a file.</summary>
    /// <returns>Whether it has left the watched folder.</returns>
    private async Task<bool> ProcessAsync(ArrivedFile file)
    {
        DetectedImage image;
        byte[]? drawing;
        try
        {
            // Read once, so that the detections and the drawing are of the same image, whatever happens to the file.
            if (await ReadAsync(file).ConfigureAwait(false) is not { } bytes)
                return false;
            var found = await detector.DetectManyAsync(new[] { ImageSource.FromBytes(bytes) }.ToAsyncEnumerable(), batch: 1).SingleAsync().ConfigureAwait(false);
            image = new(0, file.Path, found.Width, found.Height, kept.Apply(found.Detections));
            drawing = results.Draw(image, bytes);
        }
        catch (ImageException error)
        {
            if (!results.AddFailed(file))
                return Skip(file);
            lock (_lock)
            {
                _corrupt++;
                failed(new ImageException(file.Path, error.Reason).Message);
            }

            return true;
        }

        if (!results.Add(file, image, drawing))
            return Skip(file);
        Count(image);
        return true;
    }

    /// <summary>Reads a file; null if it has changed or vanished, or cannot be read.</summary>
    private async Task<byte[]?> ReadAsync(ArrivedFile file)
    {
        if (file.Bytes > Array.MaxLength)
            throw new ImageException(file.Path, $"has {file.Bytes} bytes, too many for an image");
        try
        {
            // It may have waited for long since it was listed.
            var bytes = file.IsUnchanged() ? await File.ReadAllBytesAsync(file.Path).ConfigureAwait(false) : null;
            lock (_lock)
                _unread.Remove(file.Path);
            if (bytes is null)
                Skip(file);
            return bytes;
        }
        catch (FileNotFoundException) when (!file.IsUnchanged())
        {
            Skip(file);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            lock (_lock)
                if (_unread.Add(file.Path))
                    failed($"{file.Path}: cannot be read ({error.Message}); it stays there, to be tried again. Check the drive and the permissions.");
            return null;
        }
    }

    private bool Skip(ArrivedFile file)
    {
        Report(skipped, File.Exists(file.Path) ? $"{file.Path}: has changed; it is processed again." : $"{file.Path}: has vanished; it is skipped.");
        return false;
    }

    private void Report(Action<string> report, string message)
    {
        lock (_lock)
            report(message);
    }

    private void Count(DetectedImage image)
    {
        lock (_lock)
        {
            Images++;
            done(image);
        }
    }
}
