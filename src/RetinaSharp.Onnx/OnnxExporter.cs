using Google.Protobuf;
using RetinaSharp.Detection;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Onnx.Graphs;
using RetinaSharp.Onnx.Schema;

namespace RetinaSharp.Onnx;

/// <summary>Makes ONNX files of models, for ONNX Runtime and others. Needs no LibTorch.</summary>
public static class OnnxExporter
{
    // What ONNX Runtime knows from 1.12 on.
    private const int OperatorSet = 17;
    private const int IrVersion = 8;

    // What nodes and names take is little beside it.
    private const long RoomForTheGraph = 16 << 20;

    /// <summary>
    /// Writes a model as an ONNX file. It takes images of any number and size as they are decoded; normalization and padding are
    /// part of the graph, and so are, unless <see cref="OnnxOutputs.Raw"/> is asked for, decoding and suppression.
    /// </summary>
    /// <param name="path">The model: a run folder or a .safetensors file.</param>
    /// <param name="outFile">The file to write; whole or as it was.</param>
    /// <param name="options">What it gives; null: detections, as the model says.</param>
    /// <exception cref="WeightsException">There is no model, it is damaged, or too large for the format.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static OnnxExportResult Export(string path, string outFile, OnnxExportOptions? options = null)
    {
        options ??= new();
        using var file = ModelFile.Open(ModelFile.Find(path));
        var description = ModelFile.Describe(file);
        RequireRoom(file.Path, file.Entries.Values.Sum(entry => entry.Count));
        var inference = options.Applied(description.Settings.Inference);

        var graph = ModelGraph.Create(new WeightReader(file), description, options.Outputs, inference);
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "RetinaSharp",
            ProducerVersion = Metadata.Version,
            Graph = graph,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = OperatorSet } },
        };
        foreach (var (key, value) in Metadata.Create(description, options.Outputs, inference))
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        AtomicFile.Write(outFile, stream => model.WriteTo(stream));
        return new(outFile, model.CalculateSize(), description, [.. graph.Input.Select(Shown)], [.. graph.Output.Select(Shown)]);
    }

    /// <summary>Protobuf counts a file's bytes in 31 bits.</summary>
    /// <exception cref="WeightsException">So many weights do not fit.</exception>
    internal static void RequireRoom(string path, long weights)
    {
        if (weights > (int.MaxValue - RoomForTheGraph) / sizeof(float))
            throw new WeightsException(path, $"its {weights} weights are {weights * sizeof(float)} bytes, but an ONNX file holds less than 2 GiB; train a model with a smaller backbone or pyramid");
    }

    private static OnnxValue Shown(ValueInfoProto value)
    {
        var tensor = value.Type.TensorType;
        var shape = tensor.Shape.Dim.Select(dimension => dimension.HasDimParam ? dimension.DimParam : $"{dimension.DimValue}");
        return new(value.Name, tensor.ElemType == TensorType.Float ? "float32" : tensor.ElemType.ToString().ToLowerInvariant(), [.. shape], value.DocString);
    }
}
