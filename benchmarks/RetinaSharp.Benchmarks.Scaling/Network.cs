namespace RetinaSharp.Benchmarks.Scaling;

/// <summary>How processes add up numbers.</summary>
internal enum SumAlgorithm
{
    /// <summary>Each process sends 2 (P - 1) / P of the data, in 2 (P - 1) messages.</summary>
    Ring,

    /// <summary>Each process sends the whole data log2 P times.</summary>
    RecursiveDoubling,
}

/// <summary>A network, of which every process has a connection of its own.</summary>
/// <param name="BytesPerSecond">Bytes per second in each direction.</param>
/// <param name="Latency">Duration of a small message in seconds.</param>
/// <param name="Algorithm">How numbers are added up.</param>
internal sealed record Network(double BytesPerSecond, double Latency, SumAlgorithm Algorithm)
{
    /// <summary>Duration of a sum over processes in seconds.</summary>
    public double Sum(int processes, double bytes)
    {
        var rounds = Math.Ceiling(Math.Log2(processes));
        return Algorithm switch
        {
            _ when processes == 1 => 0,
            SumAlgorithm.Ring => (2.0 * (processes - 1) * Latency) + (2.0 * (processes - 1) / processes * bytes / BytesPerSecond),
            _ => rounds * (Latency + (bytes / BytesPerSecond)),
        };
    }

    /// <summary>Duration of a sum of a few numbers in seconds.</summary>
    public double SmallSum(int processes) => 2 * Math.Ceiling(Math.Log2(processes)) * Latency;
}
