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

    private static readonly Dictionary<OnnxOutputKind, string[]> OutputNames = new()
    {
        [OnnxOutputKind.Detections] = ["boxes", "scores", "labels", "image"],
        [OnnxOutputKind.Padded] = ["detections", "counts"],
        [OnnxOutputKind.Raw] = ["logits", "deltas"],
    };

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly List<string> _names = [Images];
    private readonly List<OrtValue> _settings = [];
    private readonly OnnxModelDescription _description;
    private readonly string[] _outputs;
    private readonly AnchorGenerator _anchors;
    private readonly int _maxDetections;

    /// <summary>Creates the engine. It takes ownership of the session unless an exception is thrown.</summary>
    /// <param name="session">The session of the network.</param>
    /// <param name="description">The outputs, the categories and the default settings of the network.</param>
    /// <param name="settings">Settings of postprocessing.</param>
    /// <exception cref="ArgumentException">The graph includes postprocessing, but not the kind of suppression, or for fewer detections.</exception>
    public OnnxEngine(InferenceSession session, OnnxModelDescription description, InferenceSettings settings)
    {
        settings.Validate();
        var exported = description.Model.Inference;
        if (description.Outputs != OnnxOutputKind.Raw && settings.Suppression != exported.Suppression)
            throw new ArgumentException($"Suppression {settings.Suppression}: the ONNX file was exported with {exported.Suppression}; export it again to change that, or with raw outputs.");
        if (description.Outputs == OnnxOutputKind.Padded && settings.MaxDetections > exported.MaxDetections)
            throw new ArgumentException($"Detections {settings.MaxDetections}: the ONNX file was exported for at most {exported.MaxDetections} per image; export it again to change that.");
        (_session, _description, _maxDetections) = (session, description, settings.MaxDetections);
        _anchors = new(description.Model.Anchors);
        _outputs = OutputNames[description.Outputs];
        if (description.Outputs == OnnxOutputKind.Raw && description.Model.BoxOutputs != BoxHeadOutputs.Delta)
            _outputs = [_outputs[0], "box_outputs"];
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
            var raw = new RawOutput(_anchors.Generate(batch.Height, batch.Width).Levels, batch.Count, Model.Categories.Count, _description.HasBackgroundOutput);
            try
            {
                foreach (var images in groups)
                    raw.Add(Run(batch, images), images);
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

    private void Add<T>(string name, T value)
        where T : unmanaged
    {
        // Files of earlier versions have no optional inputs, and those without NMS no nms_iou.
        if (!_session.OverridableInitializerMetadata.ContainsKey(name))
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
            return _session.Run(_run, _names, [input, .. _settings], _outputs);
        }
    }

    private void ReadPadded(IDisposableReadOnlyCollection<OrtValue> outputs, int[] images, List<ScoredBox>[] found)
    {
        var rows = outputs[0].GetTensorDataAsSpan<float>();
        var counts = outputs[1].GetTensorDataAsSpan<int>();
        for (var i = 0; i < images.Length; i++)
            for (var k = 0; k < Math.Min(counts[i], _maxDetections); k++)
            {
                var row = rows.Slice(((i * Model.Inference.MaxDetections) + k) * 6, 6);
                found[images[i]].Add(new((int)row[5], row[4], new(row[0], row[1], row[2], row[3])));
            }
    }

    private static void ReadDetections(IDisposableReadOnlyCollection<OrtValue> outputs, int[] images, List<ScoredBox>[] found)
    {
        var boxes = outputs[0].GetTensorDataAsSpan<float>();
        var scores = outputs[1].GetTensorDataAsSpan<float>();
        var labels = outputs[2].GetTensorDataAsSpan<long>();
        var indices = outputs[3].GetTensorDataAsSpan<long>();
        for (var i = 0; i < scores.Length; i++)
        {
            var box = boxes.Slice(4 * i, 4);
            found[images[indices[i]]].Add(new((int)labels[i], scores[i], new(box[0], box[1], box[2], box[3])));
        }
    }

    private static byte[] WithoutPadding(ImageBatch batch, int[] images, int width, int height)
    {
        var pixels = GC.AllocateUninitializedArray<byte>(images.Length * height * width * 3);
        for (var i = 0; i < images.Length; i++)
            batch.CopyImage(images[i], pixels.AsSpan(i * height * width * 3));

        return pixels;
    }
}
