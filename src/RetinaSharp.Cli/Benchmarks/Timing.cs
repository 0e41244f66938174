namespace RetinaSharp.Cli.Benchmarks;

/// <summary>The measured time of a piece of work, such as one loss function.</summary>
/// <param name="Name">Name of the work.</param>
/// <param name="Seconds">Median duration of the measured runs, in seconds.</param>
/// <param name="Bytes">Number of bytes that a run reads and writes; 0 if unknown.</param>
/// <param name="AllocatedBytes">Mean number of bytes of managed memory that a run allocates.</param>
internal sealed record Timing(string Name, double Seconds, long Bytes, long AllocatedBytes);
