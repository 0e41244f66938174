using static TorchSharp.torch;

namespace RetinaSharp.Experiments.Benchmarks;

/// <summary>Something that takes images through a network, again and again.</summary>
public interface INetworkBenchmark : IDisposable
{
    /// <summary>Type in which the network computes.</summary>
    ScalarType ComputeType { get; }

    /// <summary>Where it computes.</summary>
    Device Device { get; }

    /// <summary>Floating-point operations of the convolutions of one run.</summary>
    double Operations { get; }

    /// <summary>Seconds by phase since the last <see cref="ResetPhases"/>, of the runs alone.</summary>
    IReadOnlyDictionary<string, double> Phases { get; }

    /// <summary>Starts the phases anew.</summary>
    void ResetPhases();

    /// <summary>Does it once.</summary>
    void Run();
}
