using System.Diagnostics;

namespace RetinaSharp.Cli.Benchmarks;

/// <summary>Times work: runs it for warm-up, then takes the median of the measured runs.</summary>
/// <param name="runs">Number of measured runs.</param>
/// <param name="warmUp">
/// Minimum duration of the warm-up, which has at least one run. It must suffice for tiered compilation, which takes several tenths of a second.
/// </param>
/// <param name="cancellationToken">Cancels before the next measurement.</param>
internal sealed class BenchmarkTimer(int runs, TimeSpan warmUp, CancellationToken cancellationToken = default)
{
    /// <summary>Times an action.</summary>
    /// <param name="name">Name of the timing.</param>
    /// <param name="bytes">Number of bytes that a run reads and writes; 0 if unknown.</param>
    /// <param name="run">The action, called once per run.</param>
    /// <exception cref="OperationCanceledException">The timer was canceled.</exception>
    public Timing Measure(string name, long bytes, Action run)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var started = Stopwatch.GetTimestamp();
        do
        {
            run();
        }
        while (Stopwatch.GetElapsedTime(started) < warmUp);

        var seconds = new double[runs];
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < runs; i++)
        {
            started = Stopwatch.GetTimestamp();
            run();
            seconds[i] = Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        Array.Sort(seconds);
        return new(name, (seconds[(runs - 1) / 2] + seconds[runs / 2]) / 2, bytes, allocated / runs);
    }
}
