namespace RetinaSharp.Cli.Benchmarks;

/// <summary>How long a pass through a network takes.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Seconds">Median of the runs.</param>
/// <param name="Rate">Floating-point operations of the network's convolutions by time, in 10¹² a second: median.</param>
/// <param name="ConvolutionRate">The rate of a single large convolution, timed before and after each run: median.</param>
/// <param name="Share">The first rate by the second, run by run: median.</param>
/// <param name="Phases">Mean seconds of a run by phase.</param>
internal sealed record NetworkTiming(string Name, double Seconds, double Rate, double ConvolutionRate, double Share, IReadOnlyDictionary<string, double> Phases);
