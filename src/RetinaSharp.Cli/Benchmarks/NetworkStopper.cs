using System.Diagnostics;
using RetinaSharp.Experiments.Benchmarks;

namespace RetinaSharp.Cli.Benchmarks;

/// <summary>
/// Measures passes through a network beside a plain convolution, which tells what the machine gives at that moment: the speed of a shared
/// one changes by a factor of two from minute to minute.
/// </summary>
/// <param name="runs">Runs that count.</param>
/// <param name="cancellationToken">Ends it between two runs.</param>
internal sealed class NetworkStopper(int runs, CancellationToken cancellationToken)
{
    // Kernels are made, memory is asked for and code is compiled in the first runs.
    private const int WarmUp = 3;

    /// <param name="name">What is done.</param>
    /// <param name="work">Does it.</param>
    /// <param name="done">Told how many runs are done.</param>
    public NetworkTiming Measure(string name, INetworkBenchmark work, Action<int> done)
    {
        using var reference = new ReferenceConvolution(work.ComputeType, work.Device);
        for (var i = 0; i < WarmUp; i++)
        {
            reference.Run();
            work.Run();
        }

        work.ResetPhases();
        var (seconds, rates, shares) = (new double[runs], new double[runs], new double[runs]);
        for (var i = 0; i < runs; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var before = Time(reference.Run);
            seconds[i] = Time(work.Run);
            rates[i] = ReferenceConvolution.Operations / ((before + Time(reference.Run)) / 2);
            shares[i] = work.Operations / seconds[i] / rates[i];
            done(i + 1);
        }

        var phases = work.Phases.ToDictionary(phase => phase.Key, phase => phase.Value / runs);
        return new(name, Median(seconds), work.Operations / Median(seconds) / 1e12, Median(rates) / 1e12, Median(shares), phases);
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
