namespace RetinaSharp.Cli.Benchmarks;

/// <summary>A benchmark that measures one or more timings.</summary>
internal interface IBenchmark
{
    /// <summary>Number of timings that <see cref="Run"/> returns.</summary>
    int Count { get; }

    /// <summary>Name of the timing that is a memory copy, as a lower bound for the others; null if there is none.</summary>
    string? CopyName => null;

    /// <summary>Runs the benchmark; returns the timings, each as soon as it is measured.</summary>
    /// <exception cref="OperationCanceledException">The timer was canceled.</exception>
    IEnumerable<Timing> Run(BenchmarkTimer timer);
}
