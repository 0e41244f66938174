using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Detection.Weights.Onnx;

/// <summary>
/// An ONNX file of a ResNet or ResNeXt, opened for reading. Its layers are recognized by following the graph from the first convolution, and its weights are
/// found by torchvision's names, whatever names the file has. The classifier is ignored. A batch norm that was folded into its convolution becomes one with
/// mean 0 and variance 1.
/// </summary>
internal sealed class OnnxResNet : IWeightSource
{
    // More than the deepest network that is supported, which has 4 x 256 blocks. A graph with a cycle reaches the limit.
    private const int MaxBlocks = 1 << 10;
    private const int MaxConvolutionsInBlock = 3;

    private readonly FileBytes _file;
    private readonly NetworkInput _input;
    private readonly OnnxGraph _graph;
    private readonly ILookup<string, OnnxNode> _consumers;
    private readonly Dictionary<string, (long[] Shape, Func<float[]> Read)> _weights = new(StringComparer.Ordinal);

    private OnnxResNet(FileBytes file, NetworkInput input)
    {
        (_file, _input, _graph) = (file, input, OnnxGraph.Read(file));
        _consumers = _graph.Nodes.SelectMany(node => node.Inputs.Distinct().Select(name => (name, node))).ToLookup(pair => pair.name, pair => pair.node, StringComparer.Ordinal);
        AddBlocks(AddStem());
    }

    /// <inheritdoc/>
    public string Path => _file.Path;

    /// <inheritdoc/>
    public IEnumerable<string> Names => _weights.Keys;

    /// <summary>Returns whether a file should be opened as an ONNX model, judged by its name.</summary>
    public static bool Recognizes(string path) => System.IO.Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>Opens a file and recognizes its layers. Weights are not read yet.</summary>
    /// <param name="file">The file; disposed together with the result, or if this method throws.</param>
    /// <param name="input">The images that the network was trained on.</param>
    /// <exception cref="WeightsException">The file is corrupt, or its graph is not that of a ResNet.</exception>
    public static OnnxResNet Open(FileBytes file, NetworkInput input)
    {
        try
        {
            return new(file, input);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public WeightEntry? Find(string name) => _weights.TryGetValue(name, out var weight) ? new(name, SafetensorsType.F32, weight.Shape) : null;

    /// <inheritdoc/>
    public float[] ReadFp32(string name) => _weights.TryGetValue(name, out var weight)
        ? weight.Read()
        : throw new WeightsException(Path, $"has no weight '{SafetensorsHeaderParser.Show(name)}' among its {_weights.Count}; the file belongs to another architecture");

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>Adds the weights of the stem.</summary>
    /// <returns>Name of the tensor that is the first block's input.</returns>
    private string AddStem()
    {
        var convolution = _graph.Nodes.FirstOrDefault(node => node.Operator == "Conv") ?? throw NotResNet("it has no convolution");
        var output = Add("conv1", "bn1", convolution);
        if (Follow(output, "Relu") is { } relu && Follow(relu, "MaxPool") is { } pooled)
            return pooled;
        throw NotResNet("its first convolution is not followed by ReLU and max pooling");
    }

    /// <summary>Adds the weights of all residual blocks. A block with a projection starts a new stage.</summary>
    /// <param name="input">Name of the tensor that is the first block's input.</param>
    private void AddBlocks(string input)
    {
        var (stage, block) = (0, 0);
        for (var count = 0; FindBlock(input) is { } found; count++)
        {
            if (count == MaxBlocks)
                throw NotResNet($"it has more than {MaxBlocks} residual blocks");
            (stage, block) = stage == 0 || (found.Projection is not null && count > 0) ? (stage + 1, 0) : (stage, block + 1);
            var prefix = $"layer{stage}.{block}";
            RequireStride(found.Convolutions, prefix);
            foreach (var (i, convolution) in found.Convolutions.Index())
                Add($"{prefix}.conv{i + 1}", $"{prefix}.bn{i + 1}", convolution);
            if (found.Projection is { } projection)
                Add($"{prefix}.downsample.0", $"{prefix}.downsample.1", projection);
            input = Follow(found.Sum.Outputs[0], "Relu") ?? throw NotResNet($"the sum of the residual block {prefix} is not followed by ReLU");
        }

        if (stage == 0)
            throw NotResNet("its stem is not followed by residual blocks");
    }

    /// <summary>Returns the residual block whose input is a tensor; null if none follows.</summary>
    private Block? FindBlock(string input)
    {
        OnnxNode[] starts = [.. _consumers[input].Where(node => node.Operator == "Conv")];
        (List<OnnxNode> Convolutions, OnnxNode Sum)[] branches = [.. starts.Select(FindBranch).OfType<(List<OnnxNode>, OnnxNode)>().OrderByDescending(branch => branch.Item1.Count)];
        return branches switch
        {
            [var main] when starts.Length == 1 && main.Sum.Inputs.Contains(input) && main.Convolutions.Count > 1 => new(main.Convolutions, null, main.Sum),
            [var main, var (projection, sum)] when starts.Length == 2 && sum == main.Sum && projection.Count == 1 && main.Convolutions.Count > 1 => new(main.Convolutions, projection[0], sum),
            _ => null,
        };
    }

    /// <summary>Follows a branch of a residual block from its first convolution to the sum; null if there is no sum.</summary>
    private (List<OnnxNode> Convolutions, OnnxNode Sum)? FindBranch(OnnxNode first)
    {
        List<OnnxNode> convolutions = [];
        for (var convolution = first; convolution is not null && convolutions.Count < MaxConvolutionsInBlock;)
        {
            convolutions.Add(convolution);
            var output = Output(convolution);
            if (FindConsumer(output, "BatchNormalization") is { } norm)
                output = Output(norm);
            if (FindConsumer(output, "Add") is { Outputs.Count: > 0 } sum)
                return (convolutions, sum);
            convolution = Follow(output, "Relu") is { } relu ? FindConsumer(relu, "Conv") : null;
        }

        return null;
    }

    /// <summary>Checks that a block downsamples where torchvision's blocks do: in the 3 × 3 convolution.</summary>
    private void RequireStride(List<OnnxNode> convolutions, string block)
    {
        var downsampling = convolutions.Count == MaxConvolutionsInBlock ? 1 : 0;
        for (var i = 0; i < convolutions.Count; i++)
            if (i != downsampling && convolutions[i].Strides.Any(stride => stride != 1))
                throw NotResNet($"convolution {i + 1} of the residual block {block} has stride {convolutions[i].Strides[0]}, where only convolution {downsampling + 1} may have one");
    }

    /// <summary>Adds the weights of a convolution and its batch norm.</summary>
    /// <returns>Name of the output of the batch norm.</returns>
    private string Add(string name, string normName, OnnxNode convolution)
    {
        var kernel = Initializer(convolution, 1);
        if (kernel.Shape.Length != 4)
            throw NotResNet($"the kernel of {name} has {kernel.Shape.Length} dimensions, not 4");
        var (outputs, bias) = (kernel.Shape[0], convolution.Inputs.Count > 2 ? Initializer(convolution, 2) : null);
        var isStemOfBgr = _input == NetworkInput.Bgr255 && _weights.Count == 0;
        _weights.Add($"{name}.weight", (kernel.Shape, () => isStemOfBgr ? ToNormalizedRgb(_graph.ReadFp32(kernel), kernel.Shape) : _graph.ReadFp32(kernel)));
        var norm = FindConsumer(Output(convolution), "BatchNormalization");
        if (norm is null)
        {
            if (bias is null)
                throw NotResNet($"{name} has neither a bias nor a batch norm");
            // RetinaSharp adds ε to the variance.
            AddVector("weight", () => Constant(1, outputs));
            AddVector("bias", () => ReadVector(bias, outputs));
            AddVector("running_mean", () => Constant(0, outputs));
            AddVector("running_var", () => Constant(1 - NormLayer.Epsilon, outputs));
            return Output(convolution);
        }

        var (scale, shift, mean, variance) = (Initializer(norm, 1), Initializer(norm, 2), Initializer(norm, 3), Initializer(norm, 4));
        AddVector("weight", () => ReadVector(scale, outputs));
        AddVector("bias", () => ReadVector(shift, outputs));
        // Batch norm subtracts the mean from the sum of the products and the bias.
        AddVector("running_mean", () => bias is null ? ReadVector(mean, outputs) : [.. ReadVector(mean, outputs).Zip(ReadVector(bias, outputs), (m, b) => m - b)]);
        AddVector("running_var", () => Array.ConvertAll(ReadVector(variance, outputs), v => (float)(v + (norm.Epsilon - NormLayer.Epsilon))));
        return Output(norm);

        void AddVector(string part, Func<float[]> read) => _weights.Add($"{normName}.{part}", ([outputs], read));
    }

    private float[] ReadVector(OnnxTensor tensor, long length) => tensor.Shape is [var size] && size == length
        ? _graph.ReadFp32(tensor)
        : throw new WeightsException(Path, $"the weight {SafetensorsHeaderParser.Show(tensor.Name)} has shape [{string.Join(", ", tensor.Shape)}], not [{length}]");

    private float[] Constant(double value, long length) => length <= Array.MaxLength / sizeof(float)
        ? [.. Enumerable.Repeat((float)value, (int)length)]
        : throw NotResNet($"a convolution has {length} outputs");

    /// <summary>
    /// Converts the kernel of the first convolution from BGR of 0 to 255 to RGB that is divided by its standard deviation. The subtracted means differ by
    /// less than one gray level, which is not corrected.
    /// </summary>
    private float[] ToNormalizedRgb(float[] kernel, long[] shape)
    {
        if (shape[1] != Preprocessing.Scale.Length)
            throw NotResNet($"its first convolution has {shape[1]} input channels, not {Preprocessing.Scale.Length}");
        var (channels, pixels) = (Preprocessing.Scale.Length, (int)(shape[2] * shape[3]));
        var converted = new float[kernel.Length];
        for (var i = 0; i < kernel.Length; i++)
        {
            var (plane, pixel) = (i / pixels, i % pixels);
            var channel = plane % channels;
            var bgr = plane - channel + channels - 1 - channel;
            converted[i] = kernel[(bgr * pixels) + pixel] / Preprocessing.Scale[channel];
        }

        return converted;
    }

    private OnnxTensor Initializer(OnnxNode node, int input) => node.Inputs.Count > input && _graph.Find(node.Inputs[input]) is { } tensor
        ? tensor
        : throw NotResNet($"input {input} of a node {SafetensorsHeaderParser.Show(node.Operator)} is no weight in the file");

    private string Output(OnnxNode node) => node.Outputs.Count > 0 ? node.Outputs[0] : throw NotResNet($"a node {SafetensorsHeaderParser.Show(node.Operator)} has no output");

    private OnnxNode? FindConsumer(string tensor, string operatorName) => _consumers[tensor].FirstOrDefault(node => node.Operator == operatorName);

    private string? Follow(string tensor, string operatorName) => FindConsumer(tensor, operatorName) is { } node ? Output(node) : null;

    private WeightsException NotResNet(string reason) => new(Path, $"{reason}; only ResNets and ResNeXts can be imported from ONNX, in the form that torchvision has");

    private sealed record Block(List<OnnxNode> Convolutions, OnnxNode? Projection, OnnxNode Sum);
}
