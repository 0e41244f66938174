using System.Runtime.InteropServices;
using Google.Protobuf;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Onnx.Schema;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Onnx.Quantization;

/// <summary>The graph of an exported fp32 model: its convolutions, and the outputs of its heads.</summary>
internal sealed class QuantizableGraph
{
    private const string WeightSuffix = ".weight";

    private readonly Dictionary<string, TensorProto> _initializers = [];
    private readonly ILookup<string, NodeProto> _consumers;

    private QuantizableGraph(string file, ModelProto model)
    {
        (File, Model) = (file, model);
        foreach (var initializer in model.Graph.Initializer)
            _initializers[initializer.Name] = initializer;
        _consumers = model.Graph.Node.SelectMany(node => node.Input.Select(input => (input, node))).ToLookup(use => use.input, use => use.node);
        Convolutions = [.. model.Graph.Node.Where(node => node.OpType == "Conv").Select(Describe)];
        Layers = [.. Convolutions.Select(convolution => convolution.Layer).Distinct()];
        Predictors = [.. Convolutions.Where(convolution => HeadOutput(convolution) is not null)];
        Logits = [.. Predictors.Where(IsClassification).Select(convolution => HeadOutput(convolution)!)];
        Boxes = [.. Predictors.Where(convolution => !IsClassification(convolution)).Select(convolution => HeadOutput(convolution)!)];
        if (Logits.Count == 0 || Logits.Count != Boxes.Count)
            throw Foreign(file);
    }

    /// <summary>Path of the file, for messages.</summary>
    public string File { get; }

    /// <summary>The model.</summary>
    public ModelProto Model { get; }

    /// <summary>The convolutions, in the order of the graph.</summary>
    public IReadOnlyList<ConvolutionNode> Convolutions { get; }

    /// <summary>Names of the layers, in the order of the graph.</summary>
    public IReadOnlyList<string> Layers { get; }

    /// <summary>The last convolutions of the heads, one per head and pyramid level.</summary>
    public IReadOnlyList<ConvolutionNode> Predictors { get; }

    /// <summary>Names of the tensors with the logits of each pyramid level, [N, anchors, outputs].</summary>
    public IReadOnlyList<string> Logits { get; }

    /// <summary>Names of the tensors with the outputs of the regression head of each pyramid level, [N, anchors, outputs].</summary>
    public IReadOnlyList<string> Boxes { get; }

    /// <summary>Name of the preprocessed images, which the first convolution reads.</summary>
    public string NetworkInput => Convolutions[0].Input;

    /// <summary>Whether a convolution predicts logits.</summary>
    public static bool IsClassification(ConvolutionNode convolution) => convolution.Layer.StartsWith(RetinaNetArchitecture.ClassificationHeadPrefix, StringComparison.Ordinal);

    /// <summary>Reads a file that <see cref="OnnxExporter"/> wrote.</summary>
    /// <param name="file">Path of the file.</param>
    /// <exception cref="OnnxModelException">The file does not exist, is corrupt, was not exported by RetinaSharp, or is quantized already.</exception>
    public static QuantizableGraph Read(string file)
    {
        ModelProto model;
        try
        {
            using var stream = System.IO.File.OpenRead(file);
            model = ModelProto.Parser.ParseFrom(stream);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new OnnxModelException(file, "does not exist; export the model with OnnxExporter first", error);
        }
        catch (Exception error) when (error is InvalidProtocolBufferException or IOException or UnauthorizedAccessException)
        {
            throw new OnnxModelException(file, $"cannot be read as an ONNX file ({error.Message.TrimEnd('.')}); export the model again", error);
        }

        return Create(file, model);
    }

    /// <summary>Creates the description of a model.</summary>
    /// <param name="file">Path of the file, for messages.</param>
    /// <param name="model">The model, which is not changed.</param>
    /// <exception cref="OnnxModelException">The model was not exported by RetinaSharp, is corrupt, or is quantized already.</exception>
    public static QuantizableGraph Create(string file, ModelProto model)
    {
        if (model.Graph is null || !model.MetadataProps.Any(entry => entry.Key == "outputs") || model.Graph.Input.FirstOrDefault(input => input.Name == InputImage.Name)?.Type?.TensorType?.Shape?.Dim.Count != 4)
            throw Foreign(file);
        if (model.Graph.Node.Any(node => node.OpType is "QuantizeLinear" or "DequantizeLinear"))
            throw new OnnxModelException(file, "is quantized already; quantize the fp32 file that OnnxExporter wrote");
        return new(file, model);
    }

    /// <summary>Returns the nodes that read a tensor.</summary>
    public IEnumerable<NodeProto> Consumers(string tensor) => _consumers[tensor];

    /// <summary>Returns the values of an fp32 weight tensor or bias.</summary>
    public ReadOnlySpan<float> Weights(string name) => MemoryMarshal.Cast<byte, float>(_initializers[name].RawData.Span);

    /// <summary>Returns the shape of a weight tensor.</summary>
    public IReadOnlyList<long> Shape(string name) => _initializers[name].Dims;

    private static OnnxModelException Foreign(string file) => new(file, "was not exported by RetinaSharp, or is corrupt; export the model with OnnxExporter");

    private ConvolutionNode Describe(NodeProto node)
    {
        if (node.Input.Count != 3 || node.Output.Count != 1 || !node.Input[1].EndsWith(WeightSuffix, StringComparison.Ordinal))
            throw Foreign(File);
        var (layer, channels) = (node.Input[1][..^WeightSuffix.Length], CheckedShape(node.Input[1], 4)[0]);
        if (channels < 1 || CheckedShape(node.Input[2], 1)[0] != channels)
            throw Foreign(File);
        foreach (var weight in (ReadOnlySpan<string>)[node.Input[1], node.Input[2]])
            if (Weights(weight).ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
                throw new OnnxModelException(File, $"{weight} has values that are not finite; train the model again, with a lower learning rate");
        return new(node, layer, _consumers[node.Output[0]].ToArray() is [{ OpType: "Relu" } relu] ? relu.Output[0] : node.Output[0]);
    }

    private IReadOnlyList<long> CheckedShape(string name, int dimensions)
    {
        if (!_initializers.TryGetValue(name, out var tensor) || tensor.DataType != TensorType.Float || tensor.Dims.Count != dimensions)
            throw Foreign(File);
        // Saturates, so that hostile sizes do not overflow.
        var elements = tensor.Dims.Aggregate(1.0, (product, size) => product * size);
        return elements >= 1 && elements * sizeof(float) == tensor.RawData.Length ? tensor.Dims : throw Foreign(File);
    }

    // A head's outputs are transposed to channels last and reshaped to anchors.
    private string? HeadOutput(ConvolutionNode convolution) =>
        _consumers[convolution.Node.Output[0]].ToArray() is [{ OpType: "Transpose" } transpose] && _consumers[transpose.Output[0]].ToArray() is [{ OpType: "Reshape" } reshape] ? reshape.Output[0] : null;
}
