using System.Globalization;
using System.Text;
using RetinaSharp.Detection;

namespace RetinaSharp.Onnx;

/// <summary>
/// Writes exported models into a model repository of <a href="https://github.com/triton-inference-server/server">Triton Inference Server</a>, for its ONNX Runtime backend.
/// </summary>
public static class TritonRepository
{
    private const string Version = "1";
    private const int MaxBatch = 8;
    private const int MaxDelayMicroseconds = 5000;

    /// <summary>
    /// Writes a model into a repository: its <c>config.pbtxt</c>, <c>labels.txt</c> with a class name per line, and the model as version 1. A model with
    /// <see cref="OnnxOutputs.Padded"/> is batched by the server; with other outputs, whose first dimension is not the batch, the client sends batches.
    /// </summary>
    /// <param name="folder">The repository; created if it does not exist.</param>
    /// <param name="name">Name of the model, and of its folder in the repository.</param>
    /// <param name="export">The exported model.</param>
    /// <returns>Paths of the files that were written.</returns>
    /// <exception cref="ArgumentException">The name is empty or not a file name.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static IReadOnlyList<string> Write(string folder, string name, OnnxExportResult export)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(export);
        if (string.IsNullOrWhiteSpace(name) || name != Path.GetFileName(name) || name.IndexOfAny(Path.GetInvalidFileNameChars()) >= 0)
            throw new ArgumentException($"'{name}' is not a name of a folder.", nameof(name));
        var (config, labels, model) = (Path.Combine(folder, name, "config.pbtxt"), Path.Combine(folder, name, "labels.txt"), Path.Combine(folder, name, Version, "model.onnx"));
        Directory.CreateDirectory(Path.GetDirectoryName(model)!);
        AtomicFile.Write(model, target =>
        {
            using var source = File.OpenRead(export.File);
            source.CopyTo(target);
        });
        WriteText(labels, string.Concat(export.Model.Categories.Select(category => category.Name.ReplaceLineEndings(" ") + "\n")));
        WriteText(config, Config(name, export));
        return [config, labels, model];
    }

    private static string Config(string name, OnnxExportResult export)
    {
        var isBatched = export.Outputs.All(output => output.Shape[0] == export.Inputs[0].Shape[0]);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"name: \"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"\n");
        text.Append(CultureInfo.InvariantCulture, $"backend: \"onnxruntime\"\nmax_batch_size: {(isBatched ? MaxBatch : 0)}\n");
        // Optional inputs have defaults and need not be declared.
        Add(text, "input", [export.Inputs[0]], isBatched);
        Add(text, "output", export.Outputs, isBatched);
        if (isBatched)
            text.Append(CultureInfo.InvariantCulture, $"dynamic_batching {{ max_queue_delay_microseconds: {MaxDelayMicroseconds} }}\n");
        return text.ToString();
    }

    private static void Add(StringBuilder text, string kind, IEnumerable<OnnxValue> values, bool isBatched)
    {
        text.Append(kind).Append(" [\n");
        text.AppendJoin(",\n", values.Select(value =>
        {
            var sizes = value.Shape.Skip(isBatched ? 1 : 0).Select(size => int.TryParse(size, out var number) ? number : -1).ToArray();
            // The dimensions must not be empty: an output of one number per image is declared as [1] and reshaped.
            var shape = sizes.Length == 0 ? "dims: [ 1 ], reshape: { shape: [ ] }" : $"dims: [ {string.Join(", ", sizes)} ]";
            return $"  {{ name: \"{value.Name}\", data_type: {DataType(value.Type)}, {shape} }}";
        }));
        text.Append("\n]\n");
    }

    private static string DataType(string type) => type == "float32" ? "TYPE_FP32" : $"TYPE_{type.ToUpperInvariant()}";

    private static void WriteText(string path, string text) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
