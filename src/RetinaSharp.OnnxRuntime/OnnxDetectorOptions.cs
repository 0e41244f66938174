using Microsoft.ML.OnnxRuntime;
using RetinaSharp.Inference;

namespace RetinaSharp.OnnxRuntime;

/// <summary>Options of an <see cref="OnnxDetector"/>: threads and session of ONNX Runtime, and overrides of the model's settings.</summary>
public sealed record OnnxDetectorOptions : ObjectDetectorOptions
{
    /// <summary>
    /// Number of threads that run one batch on the CPU; 0: one per CPU. Batches run concurrently as long as CPUs are free. With fewer threads per batch,
    /// concurrent calls have a higher total throughput, and each call takes longer.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>
    /// Changes the options of the ONNX Runtime session, after <see cref="Threads"/>: execution providers, such as <c>session =&gt;
    /// session.AppendExecutionProvider_CUDA()</c> with the package Microsoft.ML.OnnxRuntime.Gpu, or config entries. Null: no change.
    /// </summary>
    public Action<SessionOptions>? ConfigureSession { get; init; }

    /// <summary>
    /// Whether a file whose graph differs from the checksum in its metadata is refused. Disable this for a file that another program, such as an optimizer,
    /// has changed.
    /// </summary>
    public bool VerifyChecksum { get; init; } = true;
}
