using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace RetinaSharp.Onnx.Tests;

/// <summary>Runs ONNX files in ONNX Runtime, by node and the package that eng/setup.sh fetches for the tests.</summary>
internal static class OnnxRuntime
{
    private const string Package = "onnxruntime-node";

    private static readonly string Modules = Path.Combine(Repository.Root, "artifacts", "onnxruntime", "node_modules");
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "run.cjs");

    /// <summary>What is missing; null where it can run.</summary>
    public static string? Missing { get; } =
        !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "node"))) ? "needs node"
        : !Directory.Exists(Path.Combine(Modules, Package)) ? $"needs {Package}: eng/setup.sh eng/onnxruntime fetches it"
        : null;

    /// <summary>The outputs of a model for each of some batches, by name.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, OnnxTensor>> Run(string model, IEnumerable<OnnxBatch> batches)
    {
        var file = model + ".batches";
        using (var writer = new BinaryWriter(File.Create(file)))
        {
            foreach (var batch in batches)
            {
                writer.Write(batch.Pixels.Length / (batch.Height * batch.Width * 3));
                writer.Write(batch.Height);
                writer.Write(batch.Width);
                writer.Write(batch.Pixels);
            }
        }

        using var node = Process.Start(new ProcessStartInfo("node", [Script, Modules, model, file]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = new StringBuilder();
        node.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        node.BeginErrorReadLine();
        var results = new List<IReadOnlyDictionary<string, OnnxTensor>>();
        while (node.StandardOutput.ReadLine() is { } line)
            results.Add(JsonSerializer.Deserialize<Dictionary<string, OnnxTensor>>(line, JsonSerializerOptions.Web)!);
        node.WaitForExit();
        // A warning of the runtime about the file counts too.
        Assert.True(node.ExitCode == 0 && errors.ToString().Trim().Length == 0, $"node ended with {node.ExitCode}: {errors}");
        return results;
    }
}
