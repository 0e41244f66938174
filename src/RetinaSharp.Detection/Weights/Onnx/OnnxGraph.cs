namespace RetinaSharp.Detection.Weights.Onnx;

/// <summary>
/// The graph of an ONNX file: its nodes and where its weights are. Only what weight import needs is read; field numbers are those of
/// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. Sizes are limited before memory is allocated, because the file is not trusted.
/// </summary>
internal sealed class OnnxGraph
{
    // A detector has some hundred nodes and initializers.
    private const int MaxItems = 1 << 16;
    private const int MaxNames = 64;
    private const int MaxNameBytes = 1024;
    private const int MaxDimensions = 8;

    private readonly FileBytes _file;
    private readonly List<OnnxNode> _nodes = [];
    private readonly Dictionary<string, OnnxTensor> _initializers = new(StringComparer.Ordinal);

    private OnnxGraph(FileBytes file) => _file = file;

    /// <summary>The nodes in the order of the file, in which every node comes after those that compute its inputs.</summary>
    public IReadOnlyList<OnnxNode> Nodes => _nodes;

    /// <summary>Reads the graph of a file. The elements of weights are not read.</summary>
    /// <exception cref="WeightsException">The file is corrupt, or not an ONNX model.</exception>
    public static OnnxGraph Read(FileBytes file)
    {
        var graph = new OnnxGraph(file);
        var model = new ProtobufReader(file, new(0, file.Length));
        while (model.MoveNext())
        {
            if (model is { Field: 7, HasLength: true })
                graph.ReadGraph(model.ReadRange());
            else
                model.Skip();
        }

        return graph._nodes.Count > 0 ? graph : throw new WeightsException(file.Path, "holds no ONNX graph; download or export it again");
    }

    /// <summary>Returns the initializer with a name; null if there is none.</summary>
    public OnnxTensor? Find(string name) => _initializers.GetValueOrDefault(name);

    /// <summary>Reads the elements of an initializer, converted to fp32, in row-major order.</summary>
    /// <exception cref="WeightsException">The type is not floating-point, the size does not match the shape, or the file cannot be read.</exception>
    public float[] ReadFp32(OnnxTensor tensor)
    {
        var shown = $"the weight {SafetensorsHeaderParser.Show(tensor.Name)} of shape [{string.Join(", ", tensor.Shape)}]";
        if (tensor.Type is not { } type)
            throw new WeightsException(_file.Path, $"{shown} is not fp16, bf16, fp32 or fp64; convert it to one of them");
        if (!type.TryByteLength(tensor.Shape, out var bytes) || bytes != tensor.Data.Length)
        {
            throw new WeightsException(_file.Path, $"{shown} has {tensor.Data.Length} bytes in the file; "
                + "the file is corrupt, or its weights are in other files beside it: save the model with its weights inside");
        }

        if (bytes > Array.MaxLength)
            throw new WeightsException(_file.Path, $"{shown} takes {bytes} bytes, of at most {Array.MaxLength}");
        var values = new float[bytes / type.ElementSize()];
        type.ToSingles(_file.Read(tensor.Data.Start, (int)bytes), values);
        return values;
    }

    private void ReadGraph(ByteRange range)
    {
        var graph = new ProtobufReader(_file, range);
        while (graph.MoveNext())
        {
            switch (graph.Field)
            {
                case 1: _nodes.Add(ReadNode(graph.ReadRange())); break;
                case 5: AddInitializer(ReadTensor(graph.ReadRange())); break;
                default: graph.Skip(); break;
            }

            if (_nodes.Count + _initializers.Count > MaxItems)
                throw new WeightsException(_file.Path, $"has more than {MaxItems} nodes and weights; it is not an ONNX model of a ResNet");
        }
    }

    private void AddInitializer(OnnxTensor tensor)
    {
        if (!_initializers.TryAdd(tensor.Name, tensor))
            throw new WeightsException(_file.Path, $"has two weights with the name {SafetensorsHeaderParser.Show(tensor.Name)}; export it again");
    }

    private OnnxNode ReadNode(ByteRange range)
    {
        var (inputs, outputs, node) = (new List<string>(), new List<string>(), new OnnxNode("", [], []));
        var reader = new ProtobufReader(_file, range);
        while (reader.MoveNext())
        {
            switch (reader.Field)
            {
                case 1: AddName(inputs); break;
                case 2: AddName(outputs); break;
                case 4: node = node with { Operator = reader.ReadString(MaxNameBytes) }; break;
                case 5: node = ReadAttribute(reader.ReadRange(), node); break;
                default: reader.Skip(); break;
            }
        }

        return node with { Inputs = inputs, Outputs = outputs };

        void AddName(List<string> names)
        {
            // No operator of a ResNet has as many; the rest of a long list is not needed to see that.
            if (names.Count < MaxNames)
                names.Add(reader.ReadString(MaxNameBytes));
            else
                reader.Skip();
        }
    }

    private OnnxNode ReadAttribute(ByteRange range, OnnxNode node)
    {
        var (name, number, integers) = ("", 0f, new List<long>());
        var reader = new ProtobufReader(_file, range);
        while (reader.MoveNext())
        {
            switch (reader.Field)
            {
                case 1: name = reader.ReadString(MaxNameBytes); break;
                case 2: number = reader.ReadSingle(); break;
                case 8 when name == "strides": reader.ReadIntegers(integers, MaxDimensions); break;
                default: reader.Skip(); break;
            }
        }

        return name switch
        {
            "strides" => node with { Strides = integers },
            "epsilon" => node with { Epsilon = number },
            _ => node,
        };
    }

    private OnnxTensor ReadTensor(ByteRange range)
    {
        var (name, type, shape, data) = ("", (SafetensorsType?)null, new List<long>(), default(ByteRange));
        var reader = new ProtobufReader(_file, range);
        while (reader.MoveNext())
        {
            switch (reader.Field)
            {
                case 1: reader.ReadIntegers(shape, MaxDimensions); break;
                case 2: type = ToType(reader.ReadInteger()); break;
                // float_data and double_data, if packed, have the same bytes as raw_data.
                case 4 or 9 or 10 when reader.HasLength: data = reader.ReadRange(); break;
                case 8: name = reader.ReadString(MaxNameBytes); break;
                default: reader.Skip(); break;
            }
        }

        return new(name, type, [.. shape], data);
    }

    private static SafetensorsType? ToType(long type) => type switch
    {
        1 => SafetensorsType.F32,
        10 => SafetensorsType.F16,
        11 => SafetensorsType.F64,
        16 => SafetensorsType.BF16,
        _ => null,
    };
}
