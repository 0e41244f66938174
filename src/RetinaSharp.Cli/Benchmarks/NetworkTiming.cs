namespace RetinaSharp.Cli.Benchmarks;

/// <summary>The time of a network, beside that of a single large convolution.</summary>
/// <param name="Name">Name of the work.</param>
/// <param name="Seconds">Median of the runs.</param>
/// <param name="Tflops">Throughput of the network's convolutions in TFLOP/s: median.</param>
/// <param name="ConvolutionTflops">Throughput of the large convolution, timed before and after each run, in TFLOP/s: median.</param>
/// <param name="Share">The first throughput divided by the second, run by run: median.</param>
/// <param name="Phases">Mean seconds per run of each phase.</param>
internal sealed record NetworkTiming(string Name, double Seconds, double Tflops, double ConvolutionTflops, double Share, IReadOnlyDictionary<string, double> Phases);
