using System.Diagnostics;

namespace RetinaSharp.Soak;

/// <summary>
/// The resident set over the rounds of some work, against what it was once the work had settled. It is compared after a full collection:
/// how far the collector lets garbage pile up follows the size of the processor's cache, and is not what a leak would add.
/// </summary>
/// <param name="round">What a round is called.</param>
/// <param name="settled">Rounds before memory is expected to stand still.</param>
internal sealed class Growth(string round, int settled)
{
    private double _settled;

    /// <summary>The last resident set over the settled one; 1 before that.</summary>
    public double Factor { get; private set; } = 1;

    /// <summary>Notes and prints the resident set.</summary>
    public void Add(long rounds)
    {
        if (rounds < settled)
            return;
        var before = Resident();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var resident = Resident();
        if (_settled == 0)
            _settled = resident;
        Factor = resident / _settled;
        Console.WriteLine($"{round} {rounds,4}: resident set {before:F0} MB, {resident:F0} after a collection, {Factor:F3} of settled");
    }

    private static double Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / 1e6;
    }
}
