using RetinaSharp.Detection.Data;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Inference;

/// <content>Any number of images, as a stream.</content>
public sealed partial class Detector
{
    /// <summary>
    /// Finds objects in any number of image files. Neighbours of one shape go through the network together, while the next files are
    /// read on other threads; no more than that is in memory.
    /// </summary>
    /// <param name="paths">The files; may be endless.</param>
    /// <param name="batch">How many go through the network together at most, from 1.</param>
    /// <param name="imagesDone">Told after each batch how many images are done.</param>
    /// <param name="damaged">Told of each file that cannot be read, which is then left out; without it the first one ends the enumeration.</param>
    /// <param name="cancellation">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <returns>What was found in each file, in the order of the files; the work is done while it is enumerated.</returns>
    /// <exception cref="ImageException">An image cannot be read, or is damaged; names the file.</exception>
    /// <exception cref="ObjectDisposedException">The detector was disposed.</exception>
    public IEnumerable<FileDetections> DetectMany(
        IEnumerable<string> paths, int batch = 8, IProgress<int>? imagesDone = null, Action<ImageException>? damaged = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        return DetectMany(Read(paths, batch, damaged, cancellation), read => read.Image, batch, imagesDone, cancellation)
            .Select(one => new FileDetections(one.Source.Path, one.Source.Image.Width, one.Source.Image.Height, one.Detections));
    }

    /// <summary>Finds objects in any number of images; neighbours of one shape go through the network together.</summary>
    /// <param name="images">The images; may be endless.</param>
    /// <param name="batch">How many go through the network together at most, from 1.</param>
    /// <param name="imagesDone">Told after each batch how many images are done.</param>
    /// <param name="cancellation">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <returns>For each image, in their order, its detections by falling score; the work is done while it is enumerated.</returns>
    /// <exception cref="ObjectDisposedException">The detector was disposed.</exception>
    public IEnumerable<IReadOnlyList<Detection>> DetectMany(
        IEnumerable<Image> images, int batch = 8, IProgress<int>? imagesDone = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        return DetectMany(images, image => image, batch, imagesDone, cancellation).Select(one => one.Detections);
    }

    private IEnumerable<(T Source, IReadOnlyList<Detection> Detections)> DetectMany<T>(
        IEnumerable<T> sources, Func<T, Image> imageOf, int batch, IProgress<int>? imagesDone, CancellationToken cancellation)
    {
        var done = 0;
        foreach (var together in Batches(sources, imageOf, batch))
        {
            var found = Detect([.. together.Select(imageOf)], cancellation);
            done += together.Count;
            imagesDone?.Report(done);
            for (var i = 0; i < together.Count; i++)
                yield return (together[i], found[i]);
        }
    }

    // Padded to the same size alone as together, so that what is found in an image does not depend on its neighbours.
    private IEnumerable<List<T>> Batches<T>(IEnumerable<T> sources, Func<T, Image> imageOf, int batch)
    {
        var together = new List<T>();
        var shape = default(PaddedSize);
        foreach (var source in sources)
        {
            var fitted = Input.Fit(imageOf(source).Width, imageOf(source).Height);
            var next = PaddedSize.Around([(fitted.Width, fitted.Height)]);
            if (together.Count == batch || (together.Count > 0 && next != shape))
            {
                yield return together;
                together = [];
            }

            together.Add(source);
            shape = next;
        }

        if (together.Count > 0)
            yield return together;
    }

    private static IEnumerable<(string Path, Image Image)> Read(IEnumerable<string> paths, int ahead, Action<ImageException>? damaged, CancellationToken cancellation)
    {
        var reading = new Queue<(string Path, Task<Image> Image)>();
        foreach (var path in paths)
        {
            reading.Enqueue((path, Task.Run(() => Image.Load(path), cancellation)));
            if (reading.Count > ahead && Finish(reading.Dequeue()) is { } read)
                yield return read;
        }

        while (reading.TryDequeue(out var next))
        {
            if (Finish(next) is { } read)
                yield return read;
        }

        (string, Image)? Finish((string Path, Task<Image> Image) next)
        {
            try
            {
                return (next.Path, next.Image.GetAwaiter().GetResult());
            }
            catch (ImageException error) when (damaged is not null)
            {
                damaged(error);
                return null;
            }
        }
    }
}
