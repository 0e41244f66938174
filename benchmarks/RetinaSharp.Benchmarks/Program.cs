// Benchmarks of the losses:
//     dotnet run -c Release --project benchmarks/RetinaSharp.Benchmarks -- --filter '*'
// '--list flat' lists the benchmarks, '--job short' runs fast. 'retina bench loss' measures the same in seconds.
using BenchmarkDotNet.Running;

// In-process, because the project that BenchmarkDotNet generates does not build with this repository's settings.
var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, "--inProcess"]);
return summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success)) ? 0 : 1;
