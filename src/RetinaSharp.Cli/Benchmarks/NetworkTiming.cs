namespace RetinaSharp.Cli.Benchmarks;

/// <summary>The measured time of a training step or a detection, compared with a single large convolution.</summary>
/// <param name="Name">Name of the work.</param>
/// <param name="Seconds">Median duration of the runs, in seconds.</param>
/// <param name="Tflops">Operations of the network's convolutions divided by the median duration of the whole run, in TFLOP/s.</param>
/// <param name="ConvolutionTflops">Median throughput of the large convolution, in TFLOP/s; it is timed before and after each run.</param>
/// <param name="Share">Throughput of a run divided by that of the large convolution around it: median over the runs.</param>
/// <param name="Phases">Mean seconds per run of each phase, such as the forward pass.</param>
internal sealed record NetworkTiming(string Name, double Seconds, double Tflops, double ConvolutionTflops, double Share, IReadOnlyDictionary<string, double> Phases);
