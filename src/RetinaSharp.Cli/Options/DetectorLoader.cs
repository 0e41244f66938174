using System.Security.Cryptography;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Inference;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Cli.Options;

/// <summary>Loads detectors: exported models with ONNX Runtime, all others with LibTorch.</summary>
internal static class DetectorLoader
{
    private const string OnnxExtension = ".onnx";

    /// <summary>Whether a path names an exported model.</summary>
    public static bool IsOnnx(string path) => Path.GetExtension(path).Equals(OnnxExtension, StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path);

    /// <summary>Loads a model.</summary>
    /// <param name="path">A run folder, a .safetensors file or an .onnx file.</param>
    /// <param name="options">Options for LibTorch; those for the pipeline apply to both engines.</param>
    /// <exception cref="UsageException">An option does not fit the model or its engine.</exception>
    public static ObjectDetector Load(string path, DetectorOptions options)
    {
        if (!IsOnnx(path))
            return UsageException.Guard(() => Detector.Load(path, options));
        if (options.Device is not null)
            throw new UsageException($"--device: {path} runs in ONNX Runtime, and this program has its CPU package only; give the run folder or the .safetensors file");
        if (options.Precision == Precision.Bf16)
            throw new UsageException($"--precision: {path} runs in ONNX Runtime, which has no bf16 on CPUs; give the run folder or the .safetensors file");
        return UsageException.Guard(() => OnnxDetector.Load(path, Convert(options)));
    }

    /// <summary>Computes the SHA-256 digest of a model file.</summary>
    /// <param name="path">A run folder, a .safetensors file or an .onnx file.</param>
    public static string Digest(string path)
    {
        using var file = File.OpenRead(IsOnnx(path) ? path : ModelFile.Find(path));
        return System.Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static OnnxDetectorOptions Convert(DetectorOptions options) => new()
    {
        Input = options.Input,
        ScoreThreshold = options.ScoreThreshold,
        Suppression = options.Suppression,
        NmsIouThreshold = options.NmsIouThreshold,
        SoftNmsSigma = options.SoftNmsSigma,
        MaxDetections = options.MaxDetections,
        Tile = options.Tile,
        TileOverlap = options.TileOverlap,
        TestTimeAugmentation = options.TestTimeAugmentation,
        Logger = options.Logger,
        Threads = options.Threads,
    };
}
