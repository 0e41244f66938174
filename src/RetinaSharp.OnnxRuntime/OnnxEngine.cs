using Microsoft.ML.OnnxRuntime;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.OnnxRuntime;

/// <summary>
/// Runs an exported network, whose graph includes postprocessing. Images of different sizes run one after the other, because the graph clips boxes to the size of
/// its input.
/// </summary>
internal sealed unsafe class OnnxEngine : IInferenceEngine
{
    /// <summary>Name of the input.</summary>
    public const string Images = "images";

    private static readonly string[] Outputs = ["boxes", "scores", "labels", "image"];

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly List<string> _names = [Images];
    private readonly List<OrtValue> _settings = [];

    /// <summary>Creates the engine. It takes ownership of the session unless an exception is thrown.</summary>
    /// <param name="session">The session of the network.</param>
    /// <param name="model">The categories, the input size and the default settings of the network.</param>
    /// <param name="settings">Settings of postprocessing.</param>
    /// <exception cref="ArgumentException">The graph does not have the kind of suppression.</exception>
    public OnnxEngine(InferenceSession session, DetectionModel model, InferenceSettings settings)
    {
        settings.Validate();
        if (settings.Suppression != model.Inference.Suppression)
            throw new ArgumentException($"Suppression {settings.Suppression}: the ONNX file was exported with {model.Inference.Suppression}; export it again to change that.");
        (_session, Model) = (session, model);
        Add("score_threshold", (float)settings.ScoreThreshold);
        Add("nms_iou", (float)settings.NmsIouThreshold);
        Add("max_detections", (long)settings.MaxDetections);
    }

    /// <inheritdoc/>
    public DetectionModel Model { get; }

    /// <inheritdoc/>
    public required int MaxConcurrency { get; init; }

    /// <inheritdoc/>
    public IInferenceOutput Run(ImageBatch batch)
    {
        var found = new List<ScoredBox>[batch.Count];
        foreach (var images in Enumerable.Range(0, batch.Count).GroupBy(i => (batch.Images[i].Width, batch.Images[i].Height)))
            Run(batch, [.. images], found);
        return new OnnxOutput(found);
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
    private void Run(ImageBatch batch, int[] images, List<ScoredBox>[] found)
    {
        var (width, height) = (batch.Images[images[0]].Width, batch.Images[images[0]].Height);
        var isWhole = images.Length == batch.Count && (width, height) == (batch.Width, batch.Height);
        var pixels = isWhole ? batch.Pixels : WithoutPadding(batch, images, width, height);
        fixed (byte* pointer = pixels)
        {
            using var input = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.UInt8, [images.Length, height, width, 3], (nint)pointer, pixels.Length);
            using var outputs = _session.Run(_run, _names, [input, .. _settings], Outputs);
            Read(outputs, images, found);
        }
    }

    private static void Read(IDisposableReadOnlyCollection<OrtValue> outputs, int[] images, List<ScoredBox>[] found)
    {
        foreach (var image in images)
            found[image] = [];
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
        for (var row = 0; row < images.Length * height; row++)
        {
            var from = ((images[row / height] * batch.Height) + (row % height)) * batch.Width * 3;
            batch.Pixels.Slice(from, width * 3).CopyTo(pixels.AsSpan(row * width * 3));
        }

        return pixels;
    }
}
