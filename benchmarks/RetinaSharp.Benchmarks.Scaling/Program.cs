// Predicts the throughput of data-parallel training from the steps of one process and the speed of the network:
//   dotnet run -c Release --project benchmarks/RetinaSharp.Benchmarks.Scaling -- RUN [--gradients MB] [--weights MB] [--gbit N] [--latency SECONDS] [--jitter SHARE] [--processes 1,2,4,…]
// RUN is the run folder of a training run; the durations of its steps are taken from metrics.jsonl, without the first epoch. With "measured RUN" instead, prints what was
// measured: images/s, and the shares of time that rank 0 waited for others and exchanged gradients and weights. measure.sh beside this file makes such runs.
using System.Globalization;
using RetinaSharp.Benchmarks.Scaling;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Length == 0 || args[0].StartsWith('-'))
{
    Console.Error.WriteLine("The first argument is the run folder of a training run in one process.");
    return 2;
}

if (args is ["measured", var run])
{
    Console.WriteLine(MeasuredRun.Read(run));
    return 0;
}

var options = args.Skip(1).Chunk(2).ToDictionary(pair => pair[0], pair => pair.Length == 2 ? pair[1] : throw new ArgumentException($"{pair[0]} has no value"));
double Number(string name, double value) => options.TryGetValue(name, out var text) ? double.Parse(text) : value;

var step = MeasuredStep.Read(args[0], skipEpochs: 1);
var network = new Network(
    BytesPerSecond: Number("--gbit", 1) * 1e9 / 8,
    Latency: Number("--latency", 100e-6));
var gradients = Number("--gradients", 50) * 1e6;
var weights = Number("--weights", gradients / 1e6) * 1e6;
var jitter = Number("--jitter", .05);
int[] processes = [.. options.GetValueOrDefault("--processes", "1,2,4,8,16,32,64").Split(',').Select(int.Parse)];

Console.WriteLine($"a shard of {step.Images} images: {step.Shard * 1e3:0} ms; data: {step.Data * 1e3:0} ms; update: {step.Update * 1e3:0} ms; gradients of {gradients / 1e6:0.#} MB, weights of {weights / 1e6:0.#} MB");
Console.WriteLine("| processes | images/s | efficiency | waiting | exchanging |");
Console.WriteLine("| ---: | ---: | ---: | ---: | ---: |");
var one = Simulation.Run(step, network, gradients, weights, jitter, 1).ImagesPerSecond;
foreach (var count in processes)
{
    var result = Simulation.Run(step, network, gradients, weights, jitter, count);
    Console.WriteLine($"| {count} | {result.ImagesPerSecond:0.0} | {result.ImagesPerSecond / one / count:0.00} | {result.Waiting:P0} | {result.Exchanging:P0} |");
}

return 0;
