// Load generator for the HTTP service. It measures the capacity with a fixed number of clients that wait for each response (closed loop), then offers 50, 90, 100 and
// 200 % of it as a Poisson process, whose requests do not wait for each other (open loop), and prints throughput and latency:
//     dotnet run -c Release --project benchmarks/RetinaSharp.Benchmarks.Serving -- http://127.0.0.1:8080/v1/detect 20 photo.jpg another.jpg
// With a model instead of a URL, it measures the rate of the detector in this process, which the service can reach at best:
//     dotnet run -c Release --project benchmarks/RetinaSharp.Benchmarks.Serving -- MODEL.onnx 20 photo.jpg another.jpg
// Latencies are counted from when a request was due, so that a late generator does not hide waiting.
using System.Globalization;
using RetinaSharp.Benchmarks.Serving;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [var url, var duration, .. { Length: > 0 } files] || !double.TryParse(duration, out var seconds) || seconds <= 0)
{
    Console.Error.WriteLine("usage: RetinaSharp.Benchmarks.Serving URL|MODEL.onnx SECONDS IMAGE...");
    return 2;
}

if (url.EndsWith(".onnx", StringComparison.Ordinal))
{
    Console.WriteLine($"detector without a service: {await BatchRate.MeasureAsync(url, TimeSpan.FromSeconds(seconds), files):0.0} images/s");
    return 0;
}

using var client = new ServiceClient(url, files);
var length = TimeSpan.FromSeconds(seconds);
// The first requests compile code and open connections.
await ClosedLoop.RunAsync(client, TimeSpan.FromSeconds(Math.Min(seconds, 3)));
var capacity = await ClosedLoop.RunAsync(client, length);
Console.WriteLine($"capacity with {ClosedLoop.Clients} clients: {capacity.Throughput:0.0} images/s, p50 {capacity.Percentile(.5):0} ms, p99 {capacity.Percentile(.99):0} ms");
Console.WriteLine();
Console.WriteLine("| load | offered/s | served/s | refused (429)/s | failed | p50 ms | p99 ms |");
Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
foreach (var share in (double[])[.5, .9, 1, 2])
{
    var load = await PoissonLoad.RunAsync(client, share * capacity.Throughput, length);
    Console.WriteLine($"| {100 * share:0} % | {load.Offered:0.0} | {load.Throughput:0.0} | {load.Refused:0.0} | {load.Failed} | {load.Percentile(.5):0} | {load.Percentile(.99):0} |");
}

return 0;
