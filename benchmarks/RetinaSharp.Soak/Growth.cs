using System.Diagnostics;

namespace RetinaSharp.Soak;

/// <summary>The resident set over the rounds of some work, against what it was once the work had settled.</summary>
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
        using var process = Process.GetCurrentProcess();
        var resident = process.WorkingSet64 / 1e6;
        if (rounds < settled)
            return;
        if (_settled == 0)
            _settled = resident;
        Factor = resident / _settled;
        Console.WriteLine($"{round} {rounds,4}: resident set {resident:F0} MB, {Factor:F3} of settled");
    }
}
