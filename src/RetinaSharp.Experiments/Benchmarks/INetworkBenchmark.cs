using static TorchSharp.torch;

namespace RetinaSharp.Experiments.Benchmarks;

/// <summary>A benchmark of a network on one batch of images.</summary>
public interface INetworkBenchmark : IDisposable
{
    /// <summary>Number type of the network's computation.</summary>
    ScalarType ComputeType { get; }

    /// <summary>Device that the network runs on.</summary>
    Device Device { get; }

    /// <summary>Number of floating-point operations of the network's convolutions in one call of <see cref="Run"/>; a multiply-add counts as two.</summary>
    double Operations { get; }

    /// <summary>Seconds spent in each phase, such as the forward pass, summed over the runs since the last <see cref="ResetPhases"/>.</summary>
    IReadOnlyDictionary<string, double> Phases { get; }

    /// <summary>Resets the times in <see cref="Phases"/>.</summary>
    void ResetPhases();

    /// <summary>Processes the batch once.</summary>
    void Run();
}
