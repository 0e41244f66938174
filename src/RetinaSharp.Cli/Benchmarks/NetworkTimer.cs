using System.Diagnostics;
using RetinaSharp.Experiments.Benchmarks;

namespace RetinaSharp.Cli.Benchmarks;

/// <summary>
/// Times a benchmark of a network. Before and after each run it times a large convolution, because the speed of a shared machine may change by a factor of two
/// within minutes.
/// </summary>
/// <param name="runs">Number of measured runs.</param>
/// <param name="cancellationToken">Cancels between two runs.</param>
internal sealed class NetworkTimer(int runs, CancellationToken cancellationToken)
{
    // Number of warm-up runs, which create kernels, allocate memory and compile code.
    private const int WarmUp = 3;

    /// <summary>Times the runs of a benchmark, after a warm-up.</summary>
    /// <param name="name">Name of the timing.</param>
    /// <param name="benchmark">The benchmark.</param>
    /// <param name="done">Called after each run with the number of finished runs.</param>
    /// <exception cref="OperationCanceledException">The timer was canceled.</exception>
    public NetworkTiming Measure(string name, INetworkBenchmark benchmark, Action<int> done)
    {
        using var reference = new ReferenceConvolution(benchmark.ComputeType, benchmark.Device);
        for (var i = 0; i < WarmUp; i++)
        {
            reference.Run();
            benchmark.Run();
        }

        benchmark.ResetPhases();
        var (seconds, rates, shares) = (new double[runs], new double[runs], new double[runs]);
        for (var i = 0; i < runs; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var before = Time(reference.Run);
            seconds[i] = Time(benchmark.Run);
            rates[i] = ReferenceConvolution.Operations / ((before + Time(reference.Run)) / 2);
            shares[i] = benchmark.Operations / seconds[i] / rates[i];
            done(i + 1);
        }

        var phases = benchmark.Phases.ToDictionary(phase => phase.Key, phase => phase.Value / runs);
        return new(name, Median(seconds), benchmark.Operations / Median(seconds) / 1e12, Median(rates) / 1e12, Median(shares), phases);
    }

    private static double Time(Action run)
    {
        var started = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static double Median(double[] values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
