using RetinaSharp.Datasets;
using RetinaSharp.Detection.Data;
using RetinaSharp.Imaging;

namespace RetinaSharp.Detection.Inference;

/// <content>Any number of images, as a stream.</content>
public sealed partial class Detector
{
    /// <summary>
    /// Finds objects in any number of image files. Images of one padded size go through the network together, while the next files are
    /// read, and what the network said of the last is worked on, on other threads; no more than that is in memory.
    /// </summary>
    /// <param name="paths">The files; may be endless.</param>
    /// <param name="batch">How many go through the network together at most, from 1.</param>
    /// <param name="imagesDone">Told after each batch how many images are done.</param>
    /// <param name="damaged">Told of each file that cannot be read, which is then left out; without it the first one ends the enumeration.</param>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <returns>What was found in each file, in the order of the files; the work is done while it is enumerated.</returns>
    /// <exception cref="ImageException">An image cannot be read, or is damaged; names the file.</exception>
    /// <exception cref="ObjectDisposedException">The detector was disposed.</exception>
    public IEnumerable<FileDetections> DetectMany(
        IEnumerable<string> paths, int batch = 8, IProgress<int>? imagesDone = null, Action<ImageException>? damaged = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        return Many();

        IEnumerable<FileDetections> Many()
        {
            foreach (var item in _pipeline.Run(paths, Read, batch, imagesDone, cancellationToken))
            {
                if (item.Error?.SourceException is ImageException error && damaged is not null)
                    damaged(error);
                else
                    yield return new(item.Source, item.Width, item.Height, item.Detections);
            }
        }
    }

    /// <summary>Finds objects in any number of images; those of one padded size go through the network together.</summary>
    /// <param name="images">The images; may be endless.</param>
    /// <param name="batch">How many go through the network together at most, from 1.</param>
    /// <param name="imagesDone">Told after each batch how many images are done.</param>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <returns>For each image, in their order, its detections by falling score; the work is done while it is enumerated.</returns>
    /// <exception cref="ObjectDisposedException">The detector was disposed.</exception>
    public IEnumerable<IReadOnlyList<DetectedObject>> DetectMany(
        IEnumerable<Image> images, int batch = 8, IProgress<int>? imagesDone = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        return _pipeline.Run(images, image => new(image), batch, imagesDone, cancellationToken).Select(item => item.Detections);
    }

    /// <summary>Finds objects in the images of a set.</summary>
    /// <exception cref="DatasetException">The set has no images, or one of unknown size; or an image is of another size than annotated.</exception>
    internal IEnumerable<IReadOnlyList<DetectedObject>> DetectMany(DetectionDataset set, int batch, IProgress<int>? imagesDone, CancellationToken cancellationToken) =>
        _pipeline.Run(set.Images, SetEvaluator.Reader(set, _planner), batch, imagesDone, cancellationToken).Select(item => item.Detections);

    private ViewedImage Read(string path) => Read(options => Image.Load(path, options));

    private ViewedImage Read(Func<ImageDecodeOptions, Image> decode)
    {
        var (width, height, image) = ScaledFile.Load(Input, _planner.LargestScale, decode);
        return new(width, height, image);
    }
}
