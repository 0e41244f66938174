using System.Diagnostics;

namespace RetinaSharp.Benchmarks.Int8;

/// <summary>Times several actions in turns.</summary>
internal static class AlternatingTimer
{
    // Threads of ONNX Runtime spin for a while after a run and would take CPU time from the next engine.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Returns the time of each action in each round.</summary>
    /// <param name="actions">The actions.</param>
    /// <param name="rounds">Number of rounds.</param>
    /// <param name="runs">Runs of each action in a round.</param>
    public static RunTime[][] Measure(Action[] actions, int rounds, int runs)
    {
        foreach (var action in actions)
            for (var i = 0; i < 3; i++)
                action();
        return [.. Enumerable.Range(0, rounds).Select(_ => actions.Select(action => Time(action, runs)).ToArray())];
    }

    private static RunTime Time(Action action, int runs)
    {
        Thread.Sleep(Pause);
        var (best, cpu) = (double.MaxValue, Environment.CpuUsage.TotalTime);
        for (var i = 0; i < runs; i++)
        {
            var start = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return new(best, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / runs);
    }
}
