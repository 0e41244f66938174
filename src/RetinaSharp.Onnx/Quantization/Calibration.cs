using RetinaSharp.Inference;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>What calibration found: the range of each tensor, and images with the outputs of the fp32 heads.</summary>
/// <param name="Images">Number of images.</param>
/// <param name="Ranges">Range of each tensor over all images.</param>
/// <param name="References">A few of the images, with the outputs that the fp32 model computes for them.</param>
internal sealed record Calibration(int Images, IReadOnlyDictionary<string, TensorRange> Ranges, IReadOnlyList<(InputImage Image, HeadOutputs Outputs)> References)
{
    /// <summary>Runs the fp32 model on images. Memory does not grow with the number of images.</summary>
    /// <param name="graph">The graph of the model.</param>
    /// <param name="model">Input size and slices of the model.</param>
    /// <param name="images">The images.</param>
    /// <param name="references">Number of images, spread over all, whose outputs are kept; a lower number of images keeps all.</param>
    /// <param name="threads">Number of threads; 0: one per CPU.</param>
    /// <param name="imagesDone">Receives the number of completed images.</param>
    /// <param name="cancellationToken">Cancels the calibration between images.</param>
    /// <exception cref="OnnxModelException">The model cannot be run, or a tensor is not finite.</exception>
    public static async Task<Calibration> RunAsync(
        QuantizableGraph graph, DetectionModel model, IReadOnlyList<ImageSource> images, int references, int threads, IProgress<int>? imagesDone, CancellationToken cancellationToken)
    {
        string[] tensors = [.. new QuantizationPlan(graph, graph.Layers.ToHashSet()).Tensors.Order(StringComparer.Ordinal)];
        string[] outputs = [.. tensors.SelectMany(RangeGraph.Outputs)];
        var ends = new float[outputs.Length];
        var ranges = tensors.ToDictionary(tensor => tensor, _ => TensorRange.Empty);
        var kept = new SortedDictionary<long, (InputImage, HeadOutputs)>();
        var wanted = EvenSample.Indices(images.Count, references).Select(index => (long)index).ToHashSet();
        using var session = new ModelSession(graph.File, RangeGraph.Create(graph, tensors), threads);

        // Black and white images, so that the pixels of no image are out of range; the calibration images may lack both.
        Run(InputImage.Uniform(byte.MinValue), tensor => tensor == graph.NetworkInput);
        Run(InputImage.Uniform(byte.MaxValue), tensor => tensor == graph.NetworkInput);
        using var detector = new ObjectDetector(new CalibrationEngine(model, See));
        await foreach (var _ in detector.DetectManyAsync(images.ToAsyncEnumerable(), 1, imagesDone, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
        }

        return new(images.Count, ranges, [.. kept.Values]);

        void See(InputImage image, long index)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Run(image, _ => true);
            // Of an image with slices, the first.
            if (wanted.Contains(index) && !kept.ContainsKey(index))
                kept.Add(index, (image, HeadOutputs.Compute(session, graph, image)));
        }

        void Run(InputImage image, Func<string, bool> include)
        {
            session.Run(image, outputs, (i, value) => ends[i] = value.GetTensorDataAsSpan<float>()[0]);
            for (var i = 0; i < tensors.Length; i++)
            {
                var range = new TensorRange(ends[2 * i], ends[(2 * i) + 1]);
                if (!range.IsFinite)
                    throw new OnnxModelException(graph.File, $"the values of {tensors[i]} are not finite for a calibration image; train the model again, with a lower learning rate");
                if (include(tensors[i]))
                    ranges[tensors[i]] = ranges[tensors[i]].Include(range);
            }
        }
    }
}
