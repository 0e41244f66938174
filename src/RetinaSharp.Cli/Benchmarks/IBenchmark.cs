namespace RetinaSharp.Cli.Benchmarks;

/// <summary>Work that is timed.</summary>
internal interface IBenchmark
{
    /// <summary>How many figures there are.</summary>
    int Figures { get; }

    /// <summary>The figures, each when it is there.</summary>
    IEnumerable<Timing> Run(Stopper stopper);
}
