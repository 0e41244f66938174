namespace RetinaSharp.Architecture.Tests;

/// <summary>What each part in src/ may use. A new part, reference or package is a decision, and has its line here.</summary>
internal static class Parts
{
    private static readonly string[] BelowDetection =
        ["RetinaSharp.Boxes", "RetinaSharp.Losses", "RetinaSharp.Datasets", "RetinaSharp.Distributed", "RetinaSharp.Evaluation", "RetinaSharp.Kernels", "RetinaSharp.Imaging", "RetinaSharp.Inference"];

    private static readonly string[] UpToDetection = [.. BelowDetection, "RetinaSharp.Detection"];

    /// <summary>Part → the parts that it may use.</summary>
    public static IReadOnlyDictionary<string, string[]> AllowedReferences { get; } = new Dictionary<string, string[]>
    {
        ["RetinaSharp.Boxes"] = [],
        ["RetinaSharp.Losses"] = [],
        ["RetinaSharp.Datasets"] = ["RetinaSharp.Boxes"],
        ["RetinaSharp.Evaluation"] = ["RetinaSharp.Boxes", "RetinaSharp.Datasets"],
        ["RetinaSharp.Kernels"] = [],
        ["RetinaSharp.Distributed"] = [],
        ["RetinaSharp.Imaging"] = [],
        ["RetinaSharp.Inference"] = ["RetinaSharp.Boxes", "RetinaSharp.Datasets", "RetinaSharp.Distributed", "RetinaSharp.Evaluation", "RetinaSharp.Imaging"],
        ["RetinaSharp.Detection"] = BelowDetection,
        ["RetinaSharp.Experiments"] = UpToDetection,
        ["RetinaSharp.Onnx"] = [.. UpToDetection, "RetinaSharp.OnnxRuntime"],
        ["RetinaSharp.OnnxRuntime"] = ["RetinaSharp.Boxes", "RetinaSharp.Datasets", "RetinaSharp.Distributed", "RetinaSharp.Evaluation", "RetinaSharp.Imaging", "RetinaSharp.Inference"],
        ["RetinaSharp.AspNetCore"] = ["RetinaSharp.Boxes", "RetinaSharp.Datasets", "RetinaSharp.Distributed", "RetinaSharp.Evaluation", "RetinaSharp.Imaging", "RetinaSharp.Inference"],
        // The package that brings them all.
        ["RetinaSharp"] = [.. UpToDetection, "RetinaSharp.Onnx", "RetinaSharp.OnnxRuntime"],
        // Weights without code.
        ["RetinaSharp.Weights.ResNet18"] = [],
        ["RetinaSharp.Cli"] = [.. UpToDetection, "RetinaSharp.Experiments", "RetinaSharp.Onnx", "RetinaSharp.OnnxRuntime", "RetinaSharp.AspNetCore", "RetinaSharp.Weights.ResNet18"],
    };

    /// <summary>NuGet package → the parts that may use it.</summary>
    public static IReadOnlyDictionary<string, string[]> AllowedPackages { get; } = new Dictionary<string, string[]>
    {
        ["System.Numerics.Tensors"] = ["RetinaSharp.Boxes", "RetinaSharp.Losses"],
        ["System.IO.Hashing"] = ["RetinaSharp.Detection", "RetinaSharp.Experiments"],
        ["Microsoft.Extensions.DependencyInjection.Abstractions"] = ["RetinaSharp.Detection"],
        ["Microsoft.Extensions.Logging.Abstractions"] = ["RetinaSharp.Inference", "RetinaSharp.Detection"],
        ["Microsoft.Extensions.Options"] = ["RetinaSharp.Detection"],
        ["YamlDotNet"] = ["RetinaSharp.Datasets"],
        ["Google.Protobuf"] = ["RetinaSharp.Onnx"],
        ["Grpc.Tools"] = ["RetinaSharp.Onnx"],
        ["Microsoft.ML.OnnxRuntime"] = ["RetinaSharp.Cli"],
        ["OpenTelemetry.Extensions.Hosting"] = ["RetinaSharp.AspNetCore"],
        ["OpenTelemetry.Exporter.Prometheus.AspNetCore"] = ["RetinaSharp.AspNetCore"],
        ["Microsoft.ML.OnnxRuntime.Managed"] = ["RetinaSharp.Onnx", "RetinaSharp.OnnxRuntime"],
        ["TorchSharp"] = ["RetinaSharp.Kernels"],
        ["SkiaSharp"] = ["RetinaSharp.Imaging"],
        ["SkiaSharp.NativeAssets.Linux.NoDependencies"] = ["RetinaSharp.Imaging"],
        ["BitMiracle.LibTiff.NET"] = ["RetinaSharp.Imaging"],
        ["ScottPlot"] = ["RetinaSharp.Experiments"],
        ["System.CommandLine"] = ["RetinaSharp.Cli"],
        ["Spectre.Console"] = ["RetinaSharp.Cli"],
    };
}
