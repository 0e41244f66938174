// Time and peak memory of reading a COCO annotation file:
//     dotnet run -c Release --project benchmarks/RetinaSharp.Benchmarks.Datasets -- FILE
// benchmarks/peers/compare_coco_reading.py compares them with Python's json.load.
using System.Diagnostics;
using RetinaSharp.Datasets;

if (args is not [var file])
{
    Console.Error.WriteLine("RetinaSharp.Benchmarks.Datasets FILE");
    return 2;
}

var start = Stopwatch.GetTimestamp();
var dataset = DetectionDataset.Open(file, new() { RequireImages = false, FindImages = false });
var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
using var process = Process.GetCurrentProcess();
Console.WriteLine(FormattableString.Invariant($"{seconds:F3} s, {process.PeakWorkingSet64 / 1e6:F0} MB, {dataset.Images.Sum(image => image.Annotations.Count)} annotations"));
return 0;
