using System.CommandLine;
using RetinaSharp.Cli.Benchmarks;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Experiments.Benchmarks;
using Spectre.Console;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina bench load</c>, which times the data loaders.</summary>
internal static class BenchLoadVerb
{
    public static Command Create(Session session)
    {
        var data = CliArgument.Path("DATA", DataSource.Help);
        var reading = new DatasetReadingOptions();
        var preset = SharedOptions.Preset();
        var size = SharedOptions.Size();
        var tile = SharedOptions.DataTile();
        var runs = BenchVerb.Runs();
        var json = SharedOptions.Json();
        var command = new Command("load", "Time the data loaders, from files to batches, on all CPU threads.") { data, preset, size, tile, runs, json };
        reading.AddTo(command);
        command.SetAction(parse =>
        {
            var count = parse.GetValue(runs);
            var settings = Presets.Named(parse.GetRequiredValue(preset));
            settings = settings with { Input = parse.GetValue(size) ?? settings.Input, Tile = parse.GetOptional(tile) };
            var dataset = DataSource.Open(parse.GetRequiredValue(data), reading.Get(parse), session.Output);
            var benchmark = new LoaderBenchmark(dataset, settings, Environment.ProcessorCount);
            var timings = ProgressDisplay.Run(session.Output, "loaders", display => Run(benchmark, BenchVerb.CreateTimer(count, session), display));
            if (parse.GetValue(json))
                session.Output.Json(writer =>
                {
                    TimingReport.Write(writer, [.. timings.Select(one => one.Timing)], count);
                    writer.WriteStartObject("images_per_second");
                    foreach (var (timing, imageCount) in timings)
                        writer.WriteNumber(timing.Name, imageCount / timing.Seconds);
                    writer.WriteEndObject();
                });
            else
                Show(session.Output, timings);
            return ExitCode.Done;
        });
        return command;
    }

    private static List<(Timing Timing, int Images)> Run(LoaderBenchmark benchmark, BenchmarkTimer timer, ProgressDisplay display)
    {
        var timings = new List<(Timing, int)>();
        Measure("training", benchmark.TrainingImages, benchmark.TrainFromFiles);
        Measure("training, in memory", benchmark.TrainingImages, benchmark.TrainFromMemory);
        Measure("evaluation", benchmark.EvaluationImages, benchmark.Evaluate);
        return timings;

        void Measure(string loader, int images, Action run)
        {
            timings.Add((timer.Measure($"load {images} images for {loader}", 0, run), images));
            display.Show(timings.Count, 3, loader);
        }
    }

    private static void Show(Output output, List<(Timing Timing, int Images)> timings)
    {
        var table = Tables.Create("", "images/s>", "allocated per image>");
        foreach (var (timing, images) in timings)
            table.AddRow(new Text(timing.Name), new Text($"{images / timing.Seconds:0}"), new Text($"{timing.AllocatedBytes / images} B"));
        output.Result(table);
    }
}
