using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Inference;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Inference;

/// <summary>Options of a <see cref="Detector"/>: device, data type and threads of LibTorch, and overrides of the model's settings.</summary>
public sealed record DetectorOptions : ObjectDetectorOptions
{
    /// <summary>Device that the network runs on; null: the CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>Custom backbone, neck or heads of the network, the same as in training; null: the built-in ones.</summary>
    public NetworkComponents? Components { get; init; }

    /// <summary>Precision of the network's computation. By default it depends on the device: bf16 where the hardware supports it, else fp32.</summary>
    public Precision Precision { get; init; }

    /// <summary>
    /// Number of threads that run one batch; 0: one per CPU. Batches run concurrently as long as CPUs are free. With fewer threads per batch, concurrent
    /// calls have a higher total throughput, and each call takes longer.
    /// </summary>
    public int Threads { get; init; }
}
