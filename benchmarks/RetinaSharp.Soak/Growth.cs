using System.Diagnostics;

namespace RetinaSharp.Soak;

/// <summary>
/// Tracks the growth of the resident set over the rounds of a workload, relative to its value after warm-up. It is measured after a full
/// collection: how much garbage accumulates before a collection depends on the CPU's cache size and is not a leak.
/// </summary>
/// <param name="round">Name of a round.</param>
/// <param name="warmup">Number of rounds after which memory is expected to be constant.</param>
internal sealed class Growth(string round, int warmup)
{
    private double _baseline;

    /// <summary>The last resident set relative to the baseline; 1 before there is a baseline.</summary>
    public double Factor { get; private set; } = 1;

    /// <summary>Measures and prints the resident set after a number of rounds.</summary>
    public void Add(long rounds)
    {
        if (rounds < warmup)
            return;
        var before = Resident();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var resident = Resident();
        if (_baseline == 0)
            _baseline = resident;
        Factor = resident / _baseline;
        Console.WriteLine($"{round} {rounds,4}: resident set {before:F0} MB, {resident:F0} after a collection, {Factor:F3} of the baseline");
    }

    private static double Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / 1e6;
    }
}
