using Google.Protobuf;
using RetinaSharp.Datasets;
using RetinaSharp.Detection;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Onnx.Schema;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>
/// Quantizes exported models to int8 after training: weights to int8 with a scale per output channel, activations to uint8 with ranges that the fp32 model has on calibration
/// images. ONNX Runtime then computes the convolutions on integers. Normalization, group norms and postprocessing stay in fp32.
/// </summary>
/// <remarks>
/// Ranges are those of the smallest and largest value; clipping outliers costs more AP than the finer step gains. The application refers to a package with the native library
/// of ONNX Runtime, such as Microsoft.ML.OnnxRuntime.
/// </remarks>
public static class OnnxQuantizer
{
    // The first whose metadata tell all that the floor of the logits depends on.
    private const int MinFormat = 2;

    /// <summary>Quantizes a model.</summary>
    /// <param name="onnxFile">An .onnx file that <see cref="OnnxExporter"/> wrote, with any outputs.</param>
    /// <param name="outFile">Path of the file to write. On failure an existing file is unchanged.</param>
    /// <param name="calibrationImages">
    /// Images like those that the detector will see, at least one; a few dozen are enough. They are decoded, scaled and sliced as for detection.
    /// </param>
    /// <param name="options">Options; null: the defaults.</param>
    /// <param name="progress">Receives the progress.</param>
    /// <param name="cancellationToken">Cancels the work between images.</param>
    /// <exception cref="OnnxModelException">The file does not exist, is corrupt, was not exported by RetinaSharp, is quantized already, or computes values that are not finite.</exception>
    /// <exception cref="ArgumentException">There are no images, an option is out of its range, or a layer to keep in fp32 does not exist.</exception>
    /// <exception cref="DatasetException">The dataset of the accuracy bound has no objects.</exception>
    /// <exception cref="ImageException">An image cannot be read, and the options do not handle that.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="DllNotFoundException">The native library of ONNX Runtime is missing.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public static async Task<OnnxQuantizationResult> QuantizeAsync(
        string onnxFile, string outFile, IAsyncEnumerable<ImageSource> calibrationImages, OnnxQuantizationOptions? options = null, IProgress<OnnxQuantizationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(calibrationImages);
        return await QuantizeAsync(onnxFile, outFile, await calibrationImages.ToListAsync(cancellationToken).ConfigureAwait(false), options, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="QuantizeAsync(string, string, IAsyncEnumerable{ImageSource}, OnnxQuantizationOptions, IProgress{OnnxQuantizationProgress}, CancellationToken)"/>
    public static Task<OnnxQuantizationResult> QuantizeAsync(
        string onnxFile, string outFile, IEnumerable<ImageSource> calibrationImages, OnnxQuantizationOptions? options = null, IProgress<OnnxQuantizationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(onnxFile);
        ArgumentException.ThrowIfNullOrEmpty(outFile);
        ArgumentNullException.ThrowIfNull(calibrationImages);
        options ??= new();
        options.Validate();
        ImageSource[] all = [.. calibrationImages];
        if (all.Length == 0)
            throw new ArgumentException("At least one calibration image is required.", nameof(calibrationImages));
        ImageSource[] images = [.. EvenSample.Indices(all.Length, options.CalibrationImages).Select(index => all[index])];
        return Task.Run(() => RunAsync(onnxFile, outFile, images, options, progress, cancellationToken), cancellationToken);
    }

    /// <summary>Quantizes a model. Blocks the calling thread until the file is written.</summary>
    /// <inheritdoc cref="QuantizeAsync(string, string, IAsyncEnumerable{ImageSource}, OnnxQuantizationOptions, IProgress{OnnxQuantizationProgress}, CancellationToken)"/>
    public static OnnxQuantizationResult Quantize(
        string onnxFile, string outFile, IEnumerable<ImageSource> calibrationImages, OnnxQuantizationOptions? options = null, IProgress<OnnxQuantizationProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        QuantizeAsync(onnxFile, outFile, calibrationImages, options, progress, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="Quantize(string, string, IEnumerable{ImageSource}, OnnxQuantizationOptions, IProgress{OnnxQuantizationProgress}, CancellationToken)"/>
    public static OnnxQuantizationResult Quantize(
        string onnxFile, string outFile, IEnumerable<string> calibrationImages, OnnxQuantizationOptions? options = null, IProgress<OnnxQuantizationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(calibrationImages);
        return Quantize(onnxFile, outFile, calibrationImages.Select(ImageSource.FromFile), options, progress, cancellationToken);
    }

    private static async Task<OnnxQuantizationResult> RunAsync(
        string onnxFile, string outFile, IReadOnlyList<ImageSource> images, OnnxQuantizationOptions options, IProgress<OnnxQuantizationProgress>? progress, CancellationToken cancellationToken)
    {
        // ONNX Runtime checks the file first, so that the graph is valid.
        var description = OnnxDetector.Describe(onnxFile);
        var graph = QuantizableGraph.Read(onnxFile);
        if (description.Checksum is { } checksum && OnnxExporter.Checksum(graph.Model.Graph) != checksum)
            throw new OnnxModelException(onnxFile, "its graph differs from its checksum: the file is corrupt, or another program has changed it; export it again");
        if (description.Format < MinFormat)
            throw new OnnxModelException(onnxFile, "was exported by an earlier version, whose metadata do not tell how scores are computed; export it again");
        if (options.KeepInFp32.Except(graph.Layers).ToArray() is [var unknown, ..])
            throw new ArgumentException($"Layer {unknown}: the model does not have it; its layers are {string.Join(", ", graph.Layers)}.");
        var floor = LogitFloor.Compute(description, options.MinScore);
        var calibration = await Calibration.RunAsync(
            graph, description.Model, images, floor, options, new StageProgress(progress, OnnxQuantizationStage.Calibration, images.Count), cancellationToken).ConfigureAwait(false);
        var ranges = HeadRanges.Apply(graph, calibration, floor);
        var sensitivity = new LayerSensitivity(graph, ranges, calibration.References, floor, options);
        var errors = options.SensitivityImages == 0 ? new Dictionary<string, OnnxOutputError>()
            : sensitivity.MeasureLayers(new StageProgress(progress, OnnxQuantizationStage.Sensitivity, graph.Layers.Count), cancellationToken);
        var ranking = new LayerRanking(graph.Layers, options.KeepInFp32, errors);

        HashSet<string> quantized;
        OnnxQuantizationAccuracy? accuracy = null;
        if (options.AccuracyBound is { } bound)
            (quantized, accuracy) = await new AccuracySearch(onnxFile, outFile, bound, options.Threads, progress).FindAsync(ranking, options.KeepMostSensitive, Write, cancellationToken).ConfigureAwait(false);
        else
            quantized = ranking.Quantized(options.KeepMostSensitive);

        OnnxOutputError? error = options.SensitivityImages == 0 ? null : sensitivity.Measure(quantized, cancellationToken);
        var model = Write(quantized);
        AtomicFile.Write(outFile, stream => model.WriteTo(stream));
        return new(
            outFile, model.CalculateSize(), new FileInfo(onnxFile).Length, calibration.Images, calibration.References.Count, error, [.. graph.Layers.Select(Describe)], accuracy);

        ModelProto Write(IReadOnlySet<string> layers)
        {
            // A file without quantized layers is that of the fp32 model.
            if (layers.Count == 0)
                return graph.Model;
            var model = QdqGraph.Create(graph, new(graph, layers), ranges, options.WeightLimit);
            // Logits in fp32 are all told apart.
            var hasFloor = graph.Predictors.Any(convolution => QuantizableGraph.IsClassification(convolution) && layers.Contains(convolution.Layer));
            QuantizationMetadata.Update(model, calibration, [.. graph.Layers.Where(layer => !layers.Contains(layer))], hasFloor ? floor : null, options);
            return model;
        }

        OnnxQuantizedLayer Describe(string layer)
        {
            ConvolutionNode[] nodes = [.. graph.Convolutions.Where(convolution => convolution.Layer == layer)];
            return new(
                layer, quantized.Contains(layer), nodes.Length, Range(nodes.Select(node => node.Input)), Range(nodes.Select(node => node.Output)), errors.TryGetValue(layer, out var one) ? one : null);
        }

        TensorRange Range(IEnumerable<string> tensors) => TensorRange.Union(tensors.SelectMany(tensor => ranges[tensor]));
    }
}
