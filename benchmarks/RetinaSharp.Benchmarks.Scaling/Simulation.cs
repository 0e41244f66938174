namespace RetinaSharp.Benchmarks.Scaling;

/// <summary>Simulates training steps: each process computes its shard, waits for the slowest, sums its part of the gradients, updates it and sends it to the others. The number of shards is that of the processes.</summary>
internal static class Simulation
{
    private const int Steps = 2000;

    // Counts before the forward passes, losses after them, and the norm of the gradients.
    private const int SmallGathers = 3;

    /// <summary>Runs the simulation.</summary>
    /// <param name="step">Step of one process.</param>
    /// <param name="network">The network.</param>
    /// <param name="gradients">Bytes of the gradients.</param>
    /// <param name="weights">Bytes of the weights that the network computes with.</param>
    /// <param name="jitter">Standard deviation of the duration of a shard, as a share of its mean.</param>
    /// <param name="processes">Number of processes.</param>
    /// <returns>Images per second, and the mean shares of time that a process waits for others, and exchanges gradients and weights.</returns>
    public static (double ImagesPerSecond, double Waiting, double Exchanging) Run(MeasuredStep step, Network network, double gradients, double weights, double jitter, int processes)
    {
        var random = new Random(1);
        var (total, waiting, exchanging) = (0.0, 0.0, 0.0);
        for (var i = 0; i < Steps; i++)
        {
            var shards = Enumerable.Range(0, processes).Select(_ => step.Shard * Math.Max(0, 1 + (jitter * Normal()))).ToArray();
            var (slowest, exchange) = (shards.Max(), network.Exchange(processes, gradients) + network.Exchange(processes, weights));
            total += slowest + step.Data + (step.Update / processes) + exchange + (SmallGathers * network.SmallGather(processes));
            waiting += slowest - shards.Average() + (SmallGathers * network.SmallGather(processes));
            exchanging += exchange;
        }

        return (Steps * step.Images * processes / total, waiting / total, exchanging / total);

        // Box and Muller.
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
