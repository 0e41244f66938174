namespace RetinaSharp.Cli.Benchmarks;

/// <summary>Work that is timed.</summary>
internal interface IBenchmark
{
    /// <summary>How many figures there are.</summary>
    int Figures { get; }

    /// <summary>Name of the figure of a plain memory copy, which is the floor of all; null where there is none.</summary>
    string? CopyName => null;

    /// <summary>The figures, each when it is there.</summary>
    /// <exception cref="OperationCanceledException">The stopper was told to end.</exception>
    IEnumerable<Timing> Run(Stopper stopper);
}
