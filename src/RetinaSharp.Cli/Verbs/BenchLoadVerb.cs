using System.CommandLine;
using RetinaSharp.Cli.Benchmarks;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Experiments.Benchmarks;
using Spectre.Console;

namespace RetinaSharp.Cli.Verbs;

/// <summary><c>retina bench load</c>.</summary>
internal static class BenchLoadVerb
{
    public static Command Create(Session session)
    {
        var data = Given.Path("DATA", DataSource.Help);
        var images = DataSource.Images();
        var preset = new PresetOption();
        var size = Given.Value("--size", TrainingOptions.SizeValue, TrainingOptions.SizeHelp);
        var runs = BenchVerb.Runs();
        var json = Given.Json();
        var command = new Command("load", "The loaders alone, from files to batches, with as many threads as processors.") { data, images, preset.Option, size, runs, json };
        command.SetAction(parse =>
        {
            var count = BenchVerb.ReadRuns(parse, runs);
            var settings = preset.Settings(parse);
            settings = settings with { Input = Given.Read(parse, size, OptionValue.Size) ?? settings.Input };
            var set = DataSource.Open(parse.GetRequiredValue(data), new() { ImagesDirectory = parse.GetValue(images) }, session.Output);
            var benchmark = new LoaderBenchmark(set, settings, Environment.ProcessorCount);
            var figures = ProgressDisplay.During(session.Output, "loaders", display => Run(benchmark, BenchVerb.Stopper(count, session), display));
            if (parse.GetValue(json))
                session.Output.Json(writer =>
                {
                    TimingReport.Write(writer, [.. figures.Select(figure => figure.Timing)], count);
                    writer.WriteStartObject("images_per_second");
                    foreach (var (timing, done) in figures)
                        writer.WriteNumber(timing.Name, done / timing.Seconds);
                    writer.WriteEndObject();
                });
            else
                Show(session.Output, figures);
            return ExitCode.Done;
        });
        return command;
    }

    private static List<(Timing Timing, int Images)> Run(LoaderBenchmark benchmark, Stopper stopper, ProgressDisplay display)
    {
        var figures = new List<(Timing, int)>();
        Measure("training", benchmark.TrainingImages, benchmark.TrainFromFiles);
        Measure("training, in memory", benchmark.TrainingImages, benchmark.TrainFromMemory);
        Measure("evaluation", benchmark.EvaluationImages, benchmark.Evaluate);
        return figures;

        void Measure(string what, int images, Action run)
        {
            figures.Add((stopper.Measure($"load {images} images for {what}", 0, run), images));
            display.Show(figures.Count, 3, what);
        }
    }

    private static void Show(Output output, List<(Timing Timing, int Images)> figures)
    {
        var table = Tables.Create("", "images/s>", "allocated an image>");
        foreach (var (timing, images) in figures)
            table.AddRow(new Text(timing.Name), new Text($"{images / timing.Seconds:0}"), new Text($"{timing.AllocatedBytes / images} B"));
        output.Result(table);
    }
}
