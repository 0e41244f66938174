using Microsoft.ML.OnnxRuntime;
using RetinaSharp.Onnx.Schema;

namespace RetinaSharp.Onnx.Tests.Quantization;

/// <summary>The graph that ONNX Runtime executes after its optimizations.</summary>
internal static class OptimizedGraph
{
    /// <summary>Loads a model and returns the number of nodes of each operator.</summary>
    public static IReadOnlyDictionary<string, int> CountOperators(string model, TemporaryFolder folder)
    {
        var optimized = folder.At($"{Guid.NewGuid():N}.onnx");
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, OptimizedModelFilePath = optimized };
        new InferenceSession(model, options).Dispose();
        return ModelProto.Parser.ParseFrom(File.ReadAllBytes(optimized)).Graph.Node.CountBy(node => node.OpType).ToDictionary();
    }
}
