using System.Security.Cryptography;
using Google.Protobuf;
using RetinaSharp.Detection;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Onnx.Graphs;
using RetinaSharp.Onnx.Schema;

namespace RetinaSharp.Onnx;

/// <summary>Exports models to ONNX files, for ONNX Runtime and other runtimes. Does not need LibTorch.</summary>
public static class OnnxExporter
{
    // Upper bound of the size of the graph without its weights: nodes, constants, metadata.
    private const long MaxGraphBytes = 16 << 20;

    /// <summary>
    /// Exports a model to an ONNX file. The input of the exported model is a batch of RGB images as bytes, [N, H, W, 3], of any size. The graph includes
    /// normalization and padding and, unless the outputs are <see cref="OnnxOutputs.Raw"/>, box decoding and NMS; resizing is left to the application.
    /// </summary>
    /// <param name="path">Path of the model: a run folder or a .safetensors file.</param>
    /// <param name="outFile">Path of the file to write. On failure an existing file is unchanged.</param>
    /// <param name="options">Options; null exports detections with the model's settings.</param>
    /// <exception cref="WeightsException">The model does not exist, is corrupt, or is too large for the format.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or the kind of suppression cannot be exported.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static OnnxExportResult Export(string path, string outFile, OnnxExportOptions? options = null)
    {
        options ??= new();
        using var file = ModelFile.Open(ModelFile.Find(path));
        var description = ModelFile.Describe(file);
        CheckSize(file.Path, file.Entries.Values.Sum(entry => entry.Count));
        var inference = options.ApplyTo(description.Settings.Inference);

        var graph = ModelGraph.Create(new WeightReader(file), description, options, inference);
        var model = new ModelProto
        {
            IrVersion = IrVersion(options.OperatorSet),
            ProducerName = "RetinaSharp",
            ProducerVersion = Metadata.Version,
            Graph = graph,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = options.OperatorSet } },
        };
        foreach (var (key, value) in Metadata.Create(description, options.Outputs, inference, Checksum(graph)))
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        AtomicFile.Write(outFile, stream => model.WriteTo(stream));
        return new(outFile, model.CalculateSize(), description, [.. graph.Input.Select(Describe)], [.. graph.Output.Select(Describe)]);
    }

    /// <summary>Checks that the fp32 weights fit in a protobuf message, which is limited to 2 GiB.</summary>
    /// <param name="path">Path of the model, for the message.</param>
    /// <param name="weights">Number of weights.</param>
    /// <exception cref="WeightsException">The weights do not fit.</exception>
    internal static void CheckSize(string path, long weights)
    {
        if (weights > (int.MaxValue - MaxGraphBytes) / sizeof(float))
            throw new WeightsException(path, $"its {weights} weights are {weights * sizeof(float)} bytes, but an ONNX file holds less than 2 GiB; train a model with a smaller backbone or pyramid");
    }

    /// <summary>Computes the SHA-256 of a serialized graph, which the metadata hold so that a loader can tell whether the file is corrupt.</summary>
    internal static string Checksum(GraphProto graph)
    {
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
            graph.WriteTo(stream);
        return Convert.ToHexStringLower(hash.Hash!);
    }

    // The version of the file format that came with the operator set: older runtimes refuse files that claim a newer one.
    private static int IrVersion(int operatorSet) => operatorSet switch
    {
        < 19 => 8,
        < 21 => 9,
        _ => 10,
    };

    private static OnnxValue Describe(ValueInfoProto value)
    {
        var tensor = value.Type.TensorType;
        var shape = tensor.Shape.Dim.Select(dimension => dimension.HasDimParam ? dimension.DimParam : $"{dimension.DimValue}");
        return new(value.Name, tensor.ElemType == TensorType.Float ? "float32" : tensor.ElemType.ToString().ToLowerInvariant(), [.. shape], value.DocString);
    }
}
