using System.Diagnostics;

namespace RetinaSharp.Cli.Benchmarks;

/// <summary>Measures work: some runs that do not count, then the median of those that do.</summary>
/// <param name="runs">Runs that count.</param>
/// <param name="warmUp">
/// How long it runs before that, one run at least: the runtime compiles in several rounds, each some tenths of a second after code has
/// turned out to be used much.
/// </param>
/// <param name="cancellationToken">Ends it before the next measurement.</param>
internal sealed class Stopper(int runs, TimeSpan warmUp, CancellationToken cancellationToken = default)
{
    /// <param name="name">What is done.</param>
    /// <param name="bytes">Bytes of memory that one run has to read and write; 0: unknown.</param>
    /// <param name="run">Does it once.</param>
    /// <exception cref="OperationCanceledException">It is to end.</exception>
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
