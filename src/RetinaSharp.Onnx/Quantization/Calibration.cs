using System.Runtime.ExceptionServices;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>What calibration found: the range of each tensor, and images with the outputs of the fp32 heads.</summary>
/// <param name="Images">Number of images.</param>
/// <param name="Ranges">Range of each tensor over all images, or of each of its channels.</param>
/// <param name="Boxes">Range of each output of the regression head.</param>
/// <param name="References">A few of the images, with the outputs that the fp32 model computes for them.</param>
internal sealed record Calibration(
    int Images, IReadOnlyDictionary<string, TensorRange[]> Ranges, IReadOnlyList<TensorRange> Boxes, IReadOnlyList<(InputImage Image, HeadOutputs Outputs)> References)
{
    /// <summary>Runs the fp32 model on images. Memory does not grow with the number of images.</summary>
    /// <param name="graph">The graph of the model.</param>
    /// <param name="model">Input size and slices of the model.</param>
    /// <param name="images">The images.</param>
    /// <param name="floor">The floor of the logits; null: none.</param>
    /// <param name="options">Number of images whose outputs are kept, spread over all; threads; what to do with images that cannot be read.</param>
    /// <param name="imagesDone">Receives the number of completed images.</param>
    /// <param name="cancellationToken">Cancels the calibration between images.</param>
    /// <exception cref="OnnxModelException">The model cannot be run, or a tensor is not finite.</exception>
    /// <exception cref="ImageException">An image cannot be read.</exception>
    public static async Task<Calibration> RunAsync(
        QuantizableGraph graph, DetectionModel model, IReadOnlyList<ImageSource> images, float? floor, OnnxQuantizationOptions options, IProgress<int>? imagesDone, CancellationToken cancellationToken)
    {
        using var ranges = new RangeRecorder(graph, options.Threads);
        var boxes = new BoxRanges(floor);
        var kept = new SortedDictionary<long, (InputImage, HeadOutputs)>();
        var wanted = EvenSample.Indices(images.Count, options.SensitivityImages).Select(index => (long)index).ToHashSet();

        using var detector = new ObjectDetector(new CalibrationEngine(model, See));
        var (count, firstError) = (0, (ImageException?)null);
        await foreach (var _ in detector.DetectManyAsync(images.ToAsyncEnumerable(), 1, imagesDone, options.OnImageError is null ? null : Skip, cancellationToken).ConfigureAwait(false))
            count++;
        if (count == 0)
            ExceptionDispatchInfo.Throw(firstError!);
        return new(count, ranges.Ranges, boxes.ToArray(), [.. kept.Values]);

        void Skip(ImageException error)
        {
            firstError ??= error;
            options.OnImageError(error);
        }

        void See(InputImage image, long index)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var outputs = ranges.Add(image);
            boxes.Add(outputs);
            // Of an image with slices, the first. The first image that can be read is kept in any case.
            if (wanted.Contains(index) || (kept.Count == 0 && wanted.Count > 0))
                kept.TryAdd(index, (image, outputs));
        }
    }
}
