namespace RetinaSharp.Cli.Benchmarks;

/// <summary>The time of a benchmark.</summary>
/// <param name="Name">Name of the work.</param>
/// <param name="Seconds">Median of the runs.</param>
/// <param name="Bytes">Memory traffic of a run; 0 if unknown.</param>
/// <param name="AllocatedBytes">Managed memory allocated per run.</param>
internal sealed record Timing(string Name, double Seconds, long Bytes, long AllocatedBytes);
