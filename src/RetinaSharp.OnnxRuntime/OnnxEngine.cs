using Microsoft.ML.OnnxRuntime;
using RetinaSharp.Boxes;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.OnnxRuntime;

/// <summary>
/// Runs an exported network. Images of different sizes run one after the other, because the graph pads images and clips boxes to the size of its input.
/// </summary>
internal sealed unsafe class OnnxEngine : IInferenceEngine
{
    /// <summary>Name of the input.</summary>
    public const string Images = "images";

    // x1, y1, x2, y2, score, label.
    private const int PaddedColumns = 6;

    private static readonly Dictionary<OnnxOutputKind, (string Name, Type Type)[]> Outputs = new()
    {
        [OnnxOutputKind.Detections] = [("boxes", typeof(float)), ("scores", typeof(float)), ("labels", typeof(long)), ("image", typeof(long))],
        [OnnxOutputKind.Padded] = [("detections", typeof(float)), ("counts", typeof(int))],
        [OnnxOutputKind.Raw] = [("logits", typeof(float)), ("deltas", typeof(float))],
    };

    private readonly string _path;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly List<string> _names = [Images];
    private readonly List<OrtValue> _settings = [];
    private readonly OnnxModelDescription _description;
    private readonly string[] _outputs;
    private readonly AnchorGenerator _anchors;
    private readonly InferenceSettings _inference;

    /// <summary>Creates the engine. It takes ownership of the session unless an exception is thrown.</summary>
    /// <param name="path">Path of the file, for messages.</param>
    /// <param name="session">The session of the network.</param>
    /// <param name="description">The outputs, the categories and the default settings of the network.</param>
    /// <param name="settings">Settings of postprocessing.</param>
    /// <exception cref="ArgumentException">The file does not allow a setting.</exception>
    /// <exception cref="OnnxModelException">The graph does not have the outputs that the metadata tell.</exception>
    public OnnxEngine(string path, InferenceSession session, OnnxModelDescription description, InferenceSettings settings)
    {
        settings.Validate();
        (_path, _session, _description, _inference) = (path, session, description, settings);
        var outputs = Outputs[description.Outputs];
        if (description.Outputs == OnnxOutputKind.Raw && description.Model.BoxOutputs != BoxHeadOutputs.Delta)
            outputs = [outputs[0], ("box_outputs", typeof(float))];
        foreach (var (name, type) in outputs)
            if (!session.OutputMetadata.TryGetValue(name, out var output) || output.ElementType != type)
                throw new OnnxModelException(path, $"its graph has no output {name} of type {type.Name}; export it again");
        _outputs = [.. outputs.Select(output => output.Name)];
        RequireAllowed();
        _anchors = new(description.Model.Anchors);
        Add("score_threshold", (float)settings.ScoreThreshold);
        Add("nms_iou", (float)settings.NmsIouThreshold);
        Add("max_detections", (long)settings.MaxDetections);
    }

    /// <inheritdoc/>
    public DetectionModel Model => _description.Model;

    /// <inheritdoc/>
    public required int MaxConcurrency { get; init; }

    /// <inheritdoc/>
    public bool SupportsMixedSizes => _description.Outputs != OnnxOutputKind.Raw;

    /// <inheritdoc/>
    public IInferenceOutput Run(ImageBatch batch)
    {
        int[][] groups = [.. Enumerable.Range(0, batch.Count).GroupBy(i => (batch.Images[i].Width, batch.Images[i].Height)).Select(images => images.ToArray())];
        if (_description.Outputs == OnnxOutputKind.Raw)
        {
            var raw = new RawOutput(_anchors.Generate(batch.Height, batch.Width).Levels, batch.Count, Model.Categories.Count, Model.BoxOutputs.Count, _description.HasBackgroundOutput);
            try
            {
                foreach (var images in groups)
                    if (!raw.TryAdd(Run(batch, images), images))
                        throw Unexpected();
                return raw;
            }
            catch
            {
                raw.Dispose();
                throw;
            }
        }

        var found = new List<ScoredBox>[batch.Count];
        foreach (var images in groups)
        {
            using var outputs = Run(batch, images);
            foreach (var image in images)
                found[image] = [];
            if (_description.Outputs == OnnxOutputKind.Padded)
                ReadPadded(outputs, images, found);
            else
                ReadDetections(outputs, images, found);
        }

        return new DetectionsOutput(found);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in _settings)
            value.Dispose();
        _run.Dispose();
        _session.Dispose();
    }

    /// <summary>Checks the settings against what the graph computes, and which of them are inputs. Those of earlier versions, or changed by an optimizer, have no optional inputs.</summary>
    private void RequireAllowed()
    {
        var exported = Model.Inference;
        if (_inference.ScoreThreshold < _description.MinScoreThreshold)
            throw NotAllowed($"Score threshold {_inference.ScoreThreshold}", $"the ONNX file is quantized, and does not tell scores below {_description.MinScoreThreshold:0.####} apart");
        if (_description.Outputs == OnnxOutputKind.Raw)
            return;
        if (_inference.Suppression != exported.Suppression)
            throw NotAllowed($"Suppression {_inference.Suppression}", $"the ONNX file was exported with {exported.Suppression}", ", or with raw outputs");
        if (_inference.MaxDetections > exported.MaxDetections && !IsInput("max_detections"))
            throw NotAllowed($"Detections {_inference.MaxDetections}", $"the ONNX file was exported for at most {exported.MaxDetections} per image");
        if (_inference.ScoreThreshold < exported.ScoreThreshold && !IsInput("score_threshold"))
            throw NotAllowed($"Score threshold {_inference.ScoreThreshold}", $"the ONNX file was exported with {exported.ScoreThreshold}");
        if (_inference.NmsIouThreshold != exported.NmsIouThreshold && !IsInput("nms_iou") && exported.Suppression != SuppressionKind.None)
            throw NotAllowed($"NMS threshold {_inference.NmsIouThreshold}", $"the ONNX file was exported with {exported.NmsIouThreshold}");

        ArgumentException NotAllowed(string setting, string reason, string alternative = "") => new($"{setting}: {_path}: {reason}; export it again to change that{alternative}.");
    }

    private bool IsInput(string name) => _session.OverridableInitializerMetadata.ContainsKey(name);

    private void Add<T>(string name, T value)
        where T : unmanaged
    {
        if (!IsInput(name))
            return;
        _names.Add(name);
        _settings.Add(OrtValue.CreateTensorValueFromMemory([value], [1]));
    }

    /// <summary>Runs the network on images of equal size.</summary>
    private IDisposableReadOnlyCollection<OrtValue> Run(ImageBatch batch, int[] images)
    {
        var (width, height) = (batch.Images[images[0]].Width, batch.Images[images[0]].Height);
        var isWhole = images.Length == batch.Count && (width, height) == (batch.Width, batch.Height);
        var pixels = isWhole ? batch.Pixels : WithoutPadding(batch, images, width, height);
        fixed (byte* pointer = pixels)
        {
            using var input = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.UInt8, [images.Length, height, width, 3], (nint)pointer, pixels.Length);
            try
            {
                return _session.Run(_run, _names, [input, .. _settings], _outputs);
            }
            catch (OnnxRuntimeException error)
            {
                throw new OnnxModelException(_path, $"ONNX Runtime failed on {images.Length} images of {width} x {height} pixels ({error.Message.Trim()}); if memory is short, use a smaller batch, else export it again", error);
            }
        }
    }

    private void ReadPadded(IDisposableReadOnlyCollection<OrtValue> outputs, int[] images, List<ScoredBox>[] found)
    {
        var rows = outputs[0].GetTensorDataAsSpan<float>();
        var counts = outputs[1].GetTensorDataAsSpan<int>();
        if (counts.Length != images.Length || rows.Length != images.Length * Model.Inference.MaxDetections * PaddedColumns)
            throw Unexpected();
        for (var i = 0; i < images.Length; i++)
            for (var k = 0; k < Math.Min(counts[i], Model.Inference.MaxDetections); k++)
            {
                var row = rows.Slice(((i * Model.Inference.MaxDetections) + k) * PaddedColumns, PaddedColumns);
                Add(found[images[i]], (long)row[5], row[4], row);
            }
    }

    private void ReadDetections(IDisposableReadOnlyCollection<OrtValue> outputs, int[] images, List<ScoredBox>[] found)
    {
        var boxes = outputs[0].GetTensorDataAsSpan<float>();
        var scores = outputs[1].GetTensorDataAsSpan<float>();
        var labels = outputs[2].GetTensorDataAsSpan<long>();
        var indices = outputs[3].GetTensorDataAsSpan<long>();
        if (boxes.Length != 4 * scores.Length || labels.Length != scores.Length || indices.Length != scores.Length)
            throw Unexpected();
        for (var i = 0; i < scores.Length; i++)
        {
            if (indices[i] < 0 || indices[i] >= images.Length)
                throw Unexpected();
            Add(found[images[indices[i]]], labels[i], scores[i], boxes.Slice(4 * i, 4));
        }
    }

    /// <summary>Adds a detection, unless the settings exclude it: the graph may not have them as inputs.</summary>
    private void Add(List<ScoredBox> detections, long label, float score, ReadOnlySpan<float> box)
    {
        if (label < 0 || label >= Model.Categories.Count)
            throw Unexpected();
        if (score > (float)_inference.ScoreThreshold && detections.Count < _inference.MaxDetections)
            detections.Add(new((int)label, score, new(box[0], box[1], box[2], box[3])));
    }

    private OnnxModelException Unexpected() => new(_path, "its graph computes other outputs than its metadata tell; export it again");

    private static byte[] WithoutPadding(ImageBatch batch, int[] images, int width, int height)
    {
        var pixels = GC.AllocateUninitializedArray<byte>(images.Length * height * width * 3);
        for (var i = 0; i < images.Length; i++)
            batch.CopyImage(images[i], pixels.AsSpan(i * height * width * 3));

        return pixels;
    }
}
