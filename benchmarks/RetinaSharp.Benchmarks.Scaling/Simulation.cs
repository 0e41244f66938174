namespace RetinaSharp.Benchmarks.Scaling;

/// <summary>Simulates training steps: each process computes its shard, waits for the slowest, and sums the gradients. The number of shards is that of the processes.</summary>
internal static class Simulation
{
    private const int Steps = 2000;

    // Counts before the forward passes, losses after them.
    private const int SmallSums = 2;

    /// <summary>Runs the simulation.</summary>
    /// <param name="step">Step of one process.</param>
    /// <param name="network">The network.</param>
    /// <param name="gradients">Bytes of the gradients.</param>
    /// <param name="jitter">Standard deviation of the duration of a shard, as a share of its mean.</param>
    /// <param name="processes">Number of processes.</param>
    /// <returns>Images per second, and the mean shares of time that a process waits for others and sums gradients.</returns>
    public static (double ImagesPerSecond, double Waiting, double Summing) Run(MeasuredStep step, Network network, double gradients, double jitter, int processes)
    {
        var random = new Random(1);
        var (total, waiting, summing) = (0.0, 0.0, 0.0);
        for (var i = 0; i < Steps; i++)
        {
            var shards = Enumerable.Range(0, processes).Select(_ => step.Shard * Math.Max(0, 1 + (jitter * Normal()))).ToArray();
            var (slowest, sum) = (shards.Max(), network.Sum(processes, gradients));
            total += slowest + step.Rest + sum + (SmallSums * network.SmallSum(processes));
            waiting += slowest - shards.Average() + (SmallSums * network.SmallSum(processes));
            summing += sum;
        }

        return (Steps * step.Images * processes / total, waiting / total, summing / total);

        // Box and Muller.
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
