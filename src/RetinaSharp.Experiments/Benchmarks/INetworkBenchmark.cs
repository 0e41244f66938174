using static TorchSharp.torch;

namespace RetinaSharp.Experiments.Benchmarks;

/// <summary>A benchmark of a network on one batch of images.</summary>
public interface INetworkBenchmark : IDisposable
{
    /// <summary>Number type of the computation.</summary>
    ScalarType ComputeType { get; }

    /// <summary>The device.</summary>
    Device Device { get; }

    /// <summary>Floating-point operations of the convolutions per run.</summary>
    double Operations { get; }

    /// <summary>Seconds of the runs by phase since the last <see cref="ResetPhases"/>.</summary>
    IReadOnlyDictionary<string, double> Phases { get; }

    /// <summary>Resets <see cref="Phases"/>.</summary>
    void ResetPhases();

    /// <summary>Runs once.</summary>
    void Run();
}
