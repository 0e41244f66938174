using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Inference;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Inference;

/// <summary>Where and how LibTorch runs a detector's network, and what the detector does differently from the model's settings.</summary>
public sealed record DetectorOptions : ObjectDetectorOptions
{
    /// <summary>Device of the network; null: the CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>Parts of the network that the application brings, as in training; null: the built-in ones.</summary>
    public NetworkComponents? Components { get; init; }

    /// <summary>Number type of the network's computation.</summary>
    public Precision Precision { get; init; }

    /// <summary>
    /// Threads of each batch in the network; 0: one for each CPU. As many batches run at a time as the CPUs allow, so that fewer threads mean more
    /// throughput for many callers, and more latency for each.
    /// </summary>
    public int Threads { get; init; }
}
