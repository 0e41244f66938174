using System.CommandLine;
using RetinaSharp.Cli.Benchmarks;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Experiments.Benchmarks;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina bench train</c> and <c>retina bench detect</c>, which time training steps and detection of a network.</summary>
internal static class BenchNetworkVerb
{
    private const int DefaultSize = 512, DefaultBatch = 1;
    private const int SizeDivisor = 32;

    /// <summary>Creates the benchmark of training or of detection.</summary>
    private delegate INetworkBenchmark Factory(int size, int batch, Precision precision, Device? device, int threads);

    public static Command Train(Session session) => Create(session, "train", "train step",
        "Time a training step of torchvision's RetinaNet with ResNet-50, from pixels and boxes to updated weights.", (size, batch, precision, device, threads) => new TrainingBenchmark(size, batch, precision, device, threads));

    public static Command Detect(Session session) => Create(session, "detect", "detect",
        "Time detection with torchvision's RetinaNet with ResNet-50, or with a model, from pixels to boxes.", (size, batch, precision, device, threads) => new DetectionBenchmark(size, batch, precision, device, threads),
        takesModel: true);

    private static Command Create(Session session, string name, string timingName, string description, Factory create, bool takesModel = false)
    {
        var model = CliArgument.Path("MODEL", $"{EvalVerb.ModelHelp} Images have its input size unless --size is given.");
        model.Arity = ArgumentArity.ZeroOrOne;
        var size = CliOption.Integer("--size", $"Side of the square images, a multiple of {SizeDivisor}.", "PIXELS", min: SizeDivisor).WithDefault(DefaultSize);
        var batch = SharedOptions.Batch(DefaultBatch);
        var runs = BenchVerb.Runs();
        var profile = CliOption.Flag("--profile", "Show the time of each phase.");
        var json = SharedOptions.Json();
        var engine = new EngineOptions();
        var command = new Command(name, description) { size, batch, runs, profile, json };
        engine.AddTo(command);
        if (takesModel)
            command.Add(model);
        command.SetAction(parse =>
        {
            if (takesModel && parse.GetValue(model) is { } path)
            {
                if (parse.GetValue(profile))
                    throw new UsageException($"{profile.Name} has no effect with MODEL; omit one of them");
                var options = new DetectorOptions { Device = engine.GetDevice(parse), Precision = engine.GetPrecision(parse) };
                using var detector = DetectorLoader.Load(path, parse.IsGiven(size) ? options with { Input = new(parse.GetValue(size), parse.GetValue(size)) } : options);
                BenchVerb.Run(new ModelBenchmark(detector, Path.GetFileName(path), detector.Input.Short, parse.GetValue(batch)), name, parse.GetValue(runs), parse.GetValue(json), session);
                return ExitCode.Done;
            }

            var (side, images, count) = (parse.GetValue(size), parse.GetValue(batch), parse.GetValue(runs));
            if (side % SizeDivisor != 0)
                throw new UsageException($"--size: {side} is not a multiple of {SizeDivisor}");
            var device = engine.GetDevice(parse);
            LibTorch.Require(device);
            Precision[] precisions = engine.GetPrecision(parse) is var given and not Precision.Auto ? [given] : [Precision.Fp32, Precision.Bf16];
            var timings = ProgressDisplay.Run(session.Output, name, display => precisions.Select((precision, i) =>
            {
                using var benchmark = create(side, images, precision, device, Environment.ProcessorCount);
                // The same names as in the output of the script that times torchvision.
                var type = precision == Precision.Fp32 ? "fp32" : "bf16 autocast channels-last";
                return new NetworkTimer(count, session.CancellationToken).Measure($"{timingName} {side}px batch {images} {type}", benchmark,
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
