using Microsoft.ML.OnnxRuntime;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>Runs the fp32 model on images, and records the range of each tensor that may be quantized.</summary>
internal sealed class RangeRecorder : IDisposable
{
    private readonly QuantizableGraph _graph;
    private readonly string[] _tensors;
    private readonly string[] _outputs;
    private readonly ModelSession _session;
    private readonly Dictionary<string, TensorRange[]> _ranges = [];

    /// <summary>Loads the model.</summary>
    /// <param name="graph">The graph of the model.</param>
    /// <param name="threads">Number of threads; 0: one per CPU.</param>
    public RangeRecorder(QuantizableGraph graph, int threads)
    {
        _graph = graph;
        var plan = new QuantizationPlan(graph, graph.Layers.ToHashSet());
        _tensors = [.. plan.Tensors.Order(StringComparer.Ordinal)];
        _outputs = [.. _tensors.SelectMany(RangeGraph.Outputs), .. HeadOutputs.Names(graph)];
        _session = new(graph.File, RangeGraph.Create(graph, _tensors, plan.PerChannel), threads);

        // Black and white images, so that the pixels of no image are out of range; the calibration images may lack both.
        foreach (var level in (ReadOnlySpan<byte>)[byte.MinValue, byte.MaxValue])
        {
            using var outputs = _session.Run(InputImage.Uniform(level), RangeGraph.Outputs(graph.NetworkInput));
            Include(graph.NetworkInput, outputs[0], outputs[1]);
        }
    }

    /// <summary>The range of each tensor so far, or of each of its channels.</summary>
    public IReadOnlyDictionary<string, TensorRange[]> Ranges => _ranges;

    /// <summary>Runs the model on an image and extends the ranges.</summary>
    /// <returns>The outputs of the heads.</returns>
    /// <exception cref="OnnxModelException">The model cannot be run, or a tensor is not finite.</exception>
    public HeadOutputs Add(InputImage image)
    {
        using var outputs = _session.Run(image, _outputs);
        for (var i = 0; i < _tensors.Length; i++)
            Include(_tensors[i], outputs[2 * i], outputs[(2 * i) + 1]);
        return HeadOutputs.Read(_graph, outputs.Skip(2 * _tensors.Length));
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private void Include(string tensor, OrtValue low, OrtValue high)
    {
        var lows = low.GetTensorDataAsSpan<float>();
        var highs = high.GetTensorDataAsSpan<float>();
        if (!_ranges.TryGetValue(tensor, out var ranges))
            _ranges[tensor] = ranges = [.. Enumerable.Repeat(TensorRange.Empty, lows.Length)];
        for (var i = 0; i < ranges.Length; i++)
        {
            ranges[i] = ranges[i].Include(new(lows[i], highs[i]));
            if (!ranges[i].IsFinite)
                throw new OnnxModelException(_graph.File, $"the values of {tensor} are not finite for a calibration image; train the model again, with a lower learning rate");
        }
    }
}
