namespace RetinaSharp.Cli.Benchmarks;

/// <summary>How long something takes.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Seconds">Median of the runs.</param>
/// <param name="Bytes">Bytes of memory that one run has to read and write; 0: unknown.</param>
/// <param name="AllocatedBytes">Managed memory that one run asked for.</param>
internal sealed record Timing(string Name, double Seconds, long Bytes, long AllocatedBytes);
