using Microsoft.ML.OnnxRuntime;
using RetinaSharp.Inference;

namespace RetinaSharp.OnnxRuntime;

/// <summary>
/// A detector that runs an exported model with ONNX Runtime. It needs neither LibTorch nor the model's training files. Thread-safe; the maximum number of batches
/// that run concurrently is the number of CPUs divided by <see cref="OnnxDetectorOptions.Threads"/>.
/// </summary>
/// <remarks>
/// This package refers to the managed part of ONNX Runtime. The application refers to a package with its native library: Microsoft.ML.OnnxRuntime for CPUs,
/// Microsoft.ML.OnnxRuntime.Gpu for NVIDIA GPUs.
/// </remarks>
public sealed class OnnxDetector : ObjectDetector
{
    private OnnxDetector(OnnxEngine engine, OnnxDetectorOptions options)
        : base(engine, options)
    {
    }

    /// <summary>Loads a model.</summary>
    /// <param name="path">An .onnx file that <c>OnnxExporter</c> wrote, with detections as outputs.</param>
    /// <param name="options">Threads, session, and overrides of the model's settings; null: the defaults.</param>
    /// <exception cref="OnnxModelException">The file does not exist, is corrupt, was not exported by RetinaSharp, or has other outputs than detections.</exception>
    /// <exception cref="ArgumentException">An option is out of its range, or the file does not have the kind of suppression.</exception>
    /// <exception cref="DllNotFoundException">The native library of ONNX Runtime is missing.</exception>
    public static OnnxDetector Load(string path, OnnxDetectorOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads);
        var threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
        var session = Open(path, threads, options);
        try
        {
            var model = OnnxModel.Read(path, session);
            var engine = new OnnxEngine(session, model, options.ApplyTo(model.Inference)) { MaxConcurrency = Math.Max(1, Environment.ProcessorCount / threads) };
            return new(engine, options);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static InferenceSession Open(string path, int threads, OnnxDetectorOptions options)
    {
        if (!File.Exists(path))
            throw new OnnxModelException(path, "does not exist; export it with OnnxExporter");
        using var session = new SessionOptions { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        options.ConfigureSession?.Invoke(session);
        try
        {
            return new(path, session);
        }
        catch (OnnxRuntimeException error)
        {
            throw new OnnxModelException(path, $"ONNX Runtime cannot load it ({error.Message.Trim()}); export it again", error);
        }
    }
}
