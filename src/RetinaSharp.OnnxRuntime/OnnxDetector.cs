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
    private OnnxDetector(OnnxEngine engine, OnnxModelDescription description, OnnxDetectorOptions options)
        : base(engine, options) => Description = description;

    /// <summary>What the metadata of the file say about the model.</summary>
    public OnnxModelDescription Description { get; }

    /// <summary>Loads a model.</summary>
    /// <param name="path">An .onnx file that <c>OnnxExporter</c> wrote.</param>
    /// <param name="options">Threads, session, and overrides of the model's settings; null: the defaults.</param>
    /// <exception cref="OnnxModelException">The file does not exist, is corrupt, was not exported by RetinaSharp, or has a fixed input size.</exception>
    /// <exception cref="ArgumentException">
    /// An option is out of its range, or one that the file does not allow: another kind of suppression than in its graph, a score threshold below that of an int8 model.
    /// </exception>
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
            var description = OnnxMetadata.Read(path, session);
            RequireInputSize(path, description, options);
            if (options.VerifyChecksum && description.Checksum is { } checksum && GraphChecksum.Compute(path) != checksum)
                throw new OnnxModelException(path, $"its graph differs from its checksum: the file is corrupt, or another program has changed it; export it again, or disable {nameof(OnnxDetectorOptions.VerifyChecksum)}");
            var engine = new OnnxEngine(path, session, description, options.ApplyTo(description.Model.Inference)) { MaxConcurrency = Math.Max(1, Environment.ProcessorCount / threads) };
            return new(engine, description, options);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Reads the description of a model.</summary>
    /// <param name="path">An .onnx file that <c>OnnxExporter</c> wrote.</param>
    /// <exception cref="OnnxModelException">The file does not exist, is corrupt, or was not exported by RetinaSharp.</exception>
    /// <exception cref="DllNotFoundException">The native library of ONNX Runtime is missing.</exception>
    public static OnnxModelDescription Describe(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        // Without optimization, loading takes a fraction of the time.
        using var session = Open(path, threads: 1, new() { ConfigureSession = session => session.GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL });
        return OnnxMetadata.Read(path, session);
    }

    private static void RequireInputSize(string path, OnnxModelDescription description, OnnxDetectorOptions options)
    {
        if (description.Size is not { } size)
            return;
        var input = options.Input ?? description.Model.Input;
        if (!(input.Stretches && size == (input.Short, input.Short)))
            throw new OnnxModelException(path, $"has images of {size.Width} x {size.Height} pixels only, but the detector scales images to other sizes ({input}); export it again with dynamic sizes");
        if (options.TestTimeAugmentation)
            throw new OnnxModelException(path, $"has images of {size.Width} x {size.Height} pixels only, but test-time augmentation scales images to several sizes; export it again with dynamic sizes");
    }

    private static InferenceSession Open(string path, int threads, OnnxDetectorOptions options)
    {
        if (!File.Exists(path))
            throw new OnnxModelException(path, "does not exist; export it with OnnxExporter");
        try
        {
            using var session = new SessionOptions { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            options.ConfigureSession?.Invoke(session);
            return new(path, session);
        }
        // A DLL that is missing shows in the initializer of the first type that needs it.
        catch (TypeInitializationException error) when (error.InnerException is DllNotFoundException missing)
        {
            throw new DllNotFoundException($"The native library of ONNX Runtime is missing: add the package Microsoft.ML.OnnxRuntime, or one for an accelerator, to the application. ({missing.Message})", missing);
        }
        catch (OnnxRuntimeException error)
        {
            throw new OnnxModelException(path, $"ONNX Runtime cannot load it ({error.Message.Trim()}); export it again", error);
        }
    }
}
