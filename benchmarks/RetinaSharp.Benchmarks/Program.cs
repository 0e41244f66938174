// What the losses cost:
//     dotnet run -c Release --project benchmarks/RetinaSharp.Benchmarks -- --filter '*'
// '--list flat' names the benchmarks, '--job short' is a quick look. 'retina bench loss' times the same in seconds.
using BenchmarkDotNet.Running;

// In this process: a project of its own for each benchmark would not build with this repository's settings.
var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, "--inProcess"]);
return summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success)) ? 0 : 1;
