using System.CommandLine;
using RetinaSharp.Cli.Benchmarks;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Experiments.Benchmarks;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Cli.Verbs;

/// <summary><c>retina bench train</c> and <c>retina bench detect</c>.</summary>
internal static class BenchNetworkVerb
{
    private const int DefaultSize = 512, DefaultBatch = 1;
    private const int SizeDivisor = 32;

    /// <summary>Makes the network for a size, a batch, a precision, a device and a number of threads.</summary>
    private delegate INetworkBenchmark Make(int size, int batch, Precision precision, Device? device, int threads);

    public static Command Train(Session session) => Create(session, "train", "train step",
        "A training step of torchvision's RetinaNet on ResNet-50, from pixels and boxes to updated weights.", (size, batch, precision, device, threads) => new TrainingBenchmark(size, batch, precision, device, threads));

    public static Command Detect(Session session) => Create(session, "detect", "detect",
        "Detection by torchvision's RetinaNet on ResNet-50, from pixels to boxes.", (size, batch, precision, device, threads) => new DetectionBenchmark(size, batch, precision, device, threads));

    private static Command Create(Session session, string name, string figure, string help, Make make)
    {
        var size = Given.Value("--size", "PIXELS", $"Side of the square images, a multiple of {SizeDivisor}; {DefaultSize} if left out.");
        var batch = Given.Value("--batch", "N", $"Images at a time; {DefaultBatch} if left out.");
        var runs = BenchVerb.Runs();
        var profile = new Option<bool>("--profile") { Description = "Shows where the time goes, phase by phase." };
        var json = Given.Json();
        var engine = new EngineOptions();
        var command = new Command(name, help) { size, batch, runs, profile, json };
        engine.AddTo(command);
        command.SetAction(parse =>
        {
            var (side, images, count) = (BenchVerb.ReadCount(parse, size, DefaultSize), BenchVerb.ReadCount(parse, batch, DefaultBatch), BenchVerb.ReadRuns(parse, runs));
            if (side % SizeDivisor != 0)
                throw new UsageException($"--size: {side} is no multiple of {SizeDivisor}");
            var device = engine.ReadDevice(parse);
            LibTorch.Require(device);
            Precision[] precisions = engine.ReadPrecision(parse) is var one && one != Precision.Auto ? [one] : [Precision.Fp32, Precision.Bf16];
            var timings = ProgressDisplay.During(session.Output, name, display => precisions.Select((precision, i) =>
            {
                using var work = make(side, images, precision, device, Environment.ProcessorCount);
                // The names that torchvision's script prints for the same work.
                var type = precision == Precision.Fp32 ? "fp32" : "bf16 autocast channels-last";
                return new NetworkStopper(count, session.Cancellation).Measure($"{figure} {side}px batch {images} {type}", work,
                    done => display.Show(i * count + done, precisions.Length * count, $"{name} {type}: {done} of {count}"));
            }).ToList());
            if (parse.GetValue(json))
                session.Output.Json(writer => NetworkTimingReport.Write(writer, timings, count));
            else
                NetworkTimingReport.Show(session.Output, timings, parse.GetValue(profile));
            return ExitCode.Done;
        });
        return command;
    }
}
