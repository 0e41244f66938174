namespace RetinaSharp.Benchmarks.Int8;

/// <summary>Time of a run in one round.</summary>
/// <param name="Wall">Elapsed seconds of the fastest run.</param>
/// <param name="Cpu">CPU seconds of the process per run, over all threads. Other processes disturb it less than elapsed time; it includes threads that spin.</param>
internal readonly record struct RunTime(double Wall, double Cpu);
