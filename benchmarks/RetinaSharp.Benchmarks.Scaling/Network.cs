namespace RetinaSharp.Benchmarks.Scaling;

/// <summary>A network, of which every process has a connection of its own.</summary>
/// <param name="BytesPerSecond">Bytes per second in each direction.</param>
/// <param name="Latency">Duration of a small message in seconds.</param>
internal sealed record Network(double BytesPerSecond, double Latency)
{
    /// <summary>Duration in seconds of an exchange of parts, or of gathering them: each process sends a message to each other one, or passes one on.</summary>
    /// <param name="processes">Number of processes.</param>
    /// <param name="bytes">Bytes of all parts together.</param>
    public double Exchange(int processes, double bytes) => (processes - 1) * (Latency + (bytes / processes / BytesPerSecond));

    /// <summary>Duration of collecting a few numbers in seconds: their count, then the numbers.</summary>
    public double SmallGather(int processes) => 2 * Math.Ceiling(Math.Log2(processes)) * Latency;
}
