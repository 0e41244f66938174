using System.Runtime.InteropServices;
using Google.Protobuf;
using RetinaSharp.Onnx.Schema;
using static RetinaSharp.Onnx.Graphs.GraphBuilder;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>
/// Writes a quantized graph in QDQ format: operators stay those of fp32, and QuantizeLinear and DequantizeLinear nodes about them tell the runtime which of them it may
/// compute on integers. ONNX Runtime replaces DequantizeLinear → Conv (→ Relu) → QuantizeLinear by QLinearConv when it loads the file.
/// </summary>
internal sealed class QdqGraph
{
    private readonly QuantizableGraph _source;
    private readonly QuantizationPlan _plan;
    private readonly IReadOnlyDictionary<string, TensorRange[]> _ranges;
    private readonly int _weightLimit;
    private readonly HashSet<string> _logits;
    private readonly GraphProto _graph;
    private readonly Dictionary<string, ActivationScale[]> _scales = [];
    private readonly Dictionary<string, QuantizedWeight> _weights = [];
    private readonly HashSet<string> _added = [];
    private int _dequantized;

    private QdqGraph(QuantizableGraph source, QuantizationPlan plan, IReadOnlyDictionary<string, TensorRange[]> ranges, int weightLimit)
    {
        (_source, _plan, _ranges, _weightLimit) = (source, plan, ranges, weightLimit);
        _logits = [.. source.Predictors.Where(QuantizableGraph.IsClassification).Select(convolution => convolution.Output)];
        _graph = new() { Name = source.Model.Graph.Name };
        _graph.Input.AddRange(source.Model.Graph.Input.Select(input => input.Clone()));
        _graph.Output.AddRange(source.Model.Graph.Output);
    }

    /// <summary>Quantizes a model.</summary>
    /// <param name="source">The fp32 model, which is not changed.</param>
    /// <param name="plan">The tensors and convolutions to quantize.</param>
    /// <param name="ranges">The range of each calibrated tensor.</param>
    /// <param name="weightLimit">Largest magnitude of a quantized weight: 127, or 63 for 7 bits.</param>
    public static ModelProto Create(QuantizableGraph source, QuantizationPlan plan, IReadOnlyDictionary<string, TensorRange[]> ranges, int weightLimit)
    {
        var model = source.Model.Clone();
        model.Graph = new QdqGraph(source, plan, ranges, weightLimit).Build();
        return model;
    }

    private GraphProto Build()
    {
        foreach (var node in _source.Model.Graph.Node)
        {
            var copy = node.Clone();
            if (_plan.IsQuantized(node))
                QuantizeConvolution(copy);
            else
                for (var i = 0; i < copy.Input.Count; i++)
                    copy.Input[i] = Read(node, copy.Input[i]);
            _graph.Node.Add(copy);
            foreach (var output in node.Output)
                Quantize(output);
        }

        // The fp32 weights of quantized convolutions are left out.
        var used = _graph.Node.SelectMany(node => node.Input).ToHashSet();
        _graph.Initializer.AddRange(_source.Model.Graph.Initializer.Where(initializer => used.Contains(initializer.Name)));
        return _graph;
    }

    private void QuantizeConvolution(NodeProto node)
    {
        var (input, weight, bias) = (node.Input[0], node.Input[1], node.Input[2]);
        var (quantized, output) = (Weight(weight, bias), _plan.PerChannel.Contains(node.Output[0]) ? Scales(node.Output[0]) : null);
        Tensor($"{weight}.quantized", TensorType.Int8, MemoryMarshal.AsBytes<sbyte>(quantized.Values), [.. _source.Shape(weight)]);
        Tensor($"{weight}.zero_point", TensorType.Int8, new byte[quantized.Scales.Length], quantized.Scales.Length);

        // Scales depend on those of input and output, which differ from level to level for the heads.
        var name = $"{node.Output[0]}.bias";
        var weightScales = $"{node.Output[0]}.weight_scale";
        Tensor(weightScales, TensorType.Float, MemoryMarshal.AsBytes<float>(quantized.WeightScales(output)), quantized.Scales.Length);
        var (values, scales) = quantized.QuantizeBias(_source.Weights(bias), Scale(input).Scale, output);
        Tensor($"{name}.quantized", TensorType.Int32, MemoryMarshal.AsBytes<int>(values), values.Length);
        Tensor($"{name}.scale", TensorType.Float, MemoryMarshal.AsBytes<float>(scales), scales.Length);
        Tensor($"{name}.zero_point", TensorType.Int32, new byte[sizeof(int) * values.Length], values.Length);

        node.Input[0] = Dequantize(input);
        node.Input[1] = Dequantize(weight, weightScales, Attribute("axis", 0L));
        node.Input[2] = Dequantize(name, $"{name}.scale", Attribute("axis", 0L));
    }

    /// <summary>Returns the tensor that a node reads in place of an fp32 tensor.</summary>
    private string Read(NodeProto node, string tensor) => !_plan.Tensors.Contains(tensor) ? tensor
        // A shape needs no values. If the node read the fp32 tensor, ONNX Runtime would compute that tensor, too.
        : node.OpType == "Shape" ? $"{tensor}.quantized"
        : _plan.PerChannel.Contains(tensor) ? Dequantize(tensor, $"{tensor}.scale", Attribute("axis", 1L))
        : Dequantize(tensor);

    private void Quantize(string tensor)
    {
        if (!_plan.Tensors.Contains(tensor))
            return;
        var scales = Scales(tensor);
        // A convolution whose output has a scale per channel computes the bytes: its weights and its bias include scale and zero point.
        var isPerChannel = _plan.PerChannel.Contains(tensor);
        float[] values = [.. scales.Select(scale => scale.Scale)];
        long[] shape = isPerChannel ? [scales.Length] : [];
        Tensor($"{tensor}.scale", TensorType.Float, MemoryMarshal.AsBytes<float>(values), shape);
        Tensor($"{tensor}.zero_point", TensorType.Uint8, scales.Select(scale => scale.ZeroPoint).ToArray(), shape);
        if (isPerChannel)
        {
            Tensor("one", TensorType.Float, MemoryMarshal.AsBytes<float>([1]));
            Tensor("zero", TensorType.Uint8, [0]);
        }

        Add("QuantizeLinear", $"{tensor}.quantized", tensor, isPerChannel ? "one" : $"{tensor}.scale", isPerChannel ? "zero" : $"{tensor}.zero_point");
    }

    /// <summary>Adds a node that dequantizes a tensor. Each consumer has its own, because ONNX Runtime fuses a node with the ones before it only if those have no other consumer.</summary>
    private string Dequantize(string tensor, string? scale = null, params ReadOnlySpan<AttributeProto> attributes)
    {
        var output = $"{tensor}.dequantized.{_dequantized++}";
        Add("DequantizeLinear", output, $"{tensor}.quantized", scale ?? $"{tensor}.scale", $"{tensor}.zero_point").Attribute.AddRange(attributes.ToArray());
        return output;
    }

    private NodeProto Add(string operation, string output, params ReadOnlySpan<string> inputs)
    {
        var node = new NodeProto { OpType = operation, Name = output, Output = { output } };
        node.Input.AddRange(inputs.ToArray());
        _graph.Node.Add(node);
        return node;
    }

    private void Tensor(string name, TensorType type, ReadOnlySpan<byte> bytes, params ReadOnlySpan<long> shape)
    {
        if (!_added.Add(name))
            return;
        var tensor = new TensorProto { Name = name, DataType = type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.AddRange(shape.ToArray());
        _graph.Initializer.Add(tensor);
    }

    /// <summary>Returns the scales of a tensor: one, or one per channel.</summary>
    private ActivationScale[] Scales(string tensor)
    {
        if (!_scales.TryGetValue(tensor, out var scales))
            // The lowest logit stands for all of background: above the floor it would pass a score threshold that is permitted.
            _scales[tensor] = scales = [.. _ranges[_plan.RangeOf(tensor)].Select(range => ActivationScale.Create(range, coversLow: _logits.Contains(tensor)))];
        return scales;
    }

    /// <summary>Returns the scale of the input of a convolution.</summary>
    private ActivationScale Scale(string tensor) => Scales(tensor)[0];

    private QuantizedWeight Weight(string weight, string bias)
    {
        if (!_weights.TryGetValue(weight, out var quantized))
        {
            ConvolutionNode[] sharing = [.. _plan.Convolutions.Where(convolution => convolution.Weight == weight)];
            var inputScale = sharing.Min(convolution => Scale(convolution.Input).Scale);
            ActivationScale[][] outputs = [.. sharing.Select(convolution => convolution.Output).Where(_plan.PerChannel.Contains).Select(Scales)];
            _weights[weight] = quantized = QuantizedWeight.Create(_source.Weights(weight), _source.Weights(bias), inputScale, _weightLimit, outputs);
        }

        return quantized;
    }
}
