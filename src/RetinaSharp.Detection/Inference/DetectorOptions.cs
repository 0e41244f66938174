using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Inference;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Inference;

/// <summary>Options of a <see cref="Detector"/>: device, data type and threads of LibTorch, and overrides of the model's settings.</summary>
public sealed record DetectorOptions : ObjectDetectorOptions
{
    /// <summary>Device of the network; null: the CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>Custom parts of the network, the same as in training; null: the built-in parts.</summary>
    public NetworkComponents? Components { get; init; }

    /// <summary>Precision of the network's computation: fp32 or bf16.</summary>
    public Precision Precision { get; init; }

    /// <summary>
    /// Number of threads that run one batch; 0: one per CPU. Batches run concurrently as long as CPUs are free: fewer threads per batch increase the
    /// throughput of concurrent calls and the latency of each.
    /// </summary>
    public int Threads { get; init; }
}
