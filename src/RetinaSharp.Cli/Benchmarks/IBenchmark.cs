namespace RetinaSharp.Cli.Benchmarks;

/// <summary>A benchmark with several timings.</summary>
internal interface IBenchmark
{
    /// <summary>Number of timings.</summary>
    int Count { get; }

    /// <summary>Name of the timing of a memory copy, the lower bound of the others; null for none.</summary>
    string? CopyName => null;

    /// <summary>Runs the benchmark; yields each timing when it is measured.</summary>
    /// <exception cref="OperationCanceledException">The timer was canceled.</exception>
    IEnumerable<Timing> Run(BenchmarkTimer timer);
}
