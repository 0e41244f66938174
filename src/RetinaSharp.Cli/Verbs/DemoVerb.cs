using System.CommandLine;
using System.Text.Json;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Experiments.Demo;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Kernels;

namespace RetinaSharp.Cli.Verbs;

/// <summary><c>retina demo</c>.</summary>
internal static class DemoVerb
{
    private const string DefaultFolder = "runs/demo";

    public static Command Create(Session session)
    {
        var outFolder = Given.Value("--out", "DIR", $"Where everything goes; {DefaultFolder} if left out, or the next free name.");
        var json = Given.Json();
        var command = new Command("demo", "The whole way on generated images: focal loss against cross entropy, with a report.") { outFolder, json };
        command.SetAction(parse =>
        {
            var output = session.Output;
            var folder = parse.GetValue(outFolder) ?? FreeFolder();
            OutFolder.RequireEmpty(folder);
            LibTorch.EnsureLoaded();
            var demo = new Demonstration(folder);

            var scenes = DemoSettings.Scenes;
            output.Say($"1. Drawing {scenes.Train} scenes to train on and {scenes.Val} to measure on, into {demo.DataFolder}");
            var (train, val) = ProgressDisplay.During(output, "scenes", display =>
                demo.Generate(new ImageCounter(display, scenes.Train + scenes.Val), session.Cancellation));
            output.Say($"   {train.Objects} objects and {train.Clutter} things that only look like objects, on which to train");

            var outcomes = new List<DemoOutcome>();
            foreach (var contender in Demonstration.Contenders)
            {
                output.Say($"{outcomes.Count + 2}. Training with {contender.Name}, into {demo.RunFolder(contender)}");
                outcomes.Add(ProgressDisplay.During(output, contender.Name, display => demo.Train(
                    contender, train.Set, val.Set, new TrainingReporter(output, display, contender.Settings.Training.Epochs), session.Cancellation)));
                output.Say($"   trained in {Durations.Text(outcomes[^1].Training.Duration)}");
            }

            output.Say($"{outcomes.Count + 2}. Drawing what was found into {demo.PictureFolder}");
            demo.WriteReport(outcomes, val);
            if (parse.GetValue(json))
                output.Json(writer => Write(writer, demo, outcomes));
            else
                Show(output, outcomes);
            output.Say($"The report, with curves and pictures: {demo.ReportFile}");
            output.Say($"Go on: retina detect {demo.RunFolder(outcomes[0].Contender)} {Path.Combine(demo.DataFolder, "val")} --out found");
            return ExitCode.Done;
        });
        return command;
    }

    private static string FreeFolder()
    {
        for (var number = 1; ; number++)
        {
            var path = number == 1 ? DefaultFolder : $"{DefaultFolder}-{number}";
            if (!Path.Exists(path))
                return path;
        }
    }

    private static void Show(Output output, IReadOnlyList<DemoOutcome> outcomes)
    {
        output.Result(MetricsReport.Compare([.. outcomes.Select(outcome => (outcome.Contender.Name, outcome.Evaluation.Metrics))]));
        foreach (var outcome in outcomes)
        {
            output.Result("");
            output.Result($"{outcome.Contender.Name}, by class");
            output.Result(MetricsReport.PerClass(outcome.Evaluation.Metrics));
        }
    }

    private static void Write(Utf8JsonWriter writer, Demonstration demo, IReadOnlyList<DemoOutcome> outcomes)
    {
        writer.WriteString("data", demo.DataFolder);
        writer.WriteString("report", demo.ReportFile);
        writer.WriteStartArray("runs");
        foreach (var outcome in outcomes)
        {
            writer.WriteStartObject();
            writer.WriteString("name", outcome.Contender.Name);
            writer.WriteString("run", demo.RunFolder(outcome.Contender));
            writer.WriteNumber("seconds", outcome.Training.Duration.TotalSeconds);
            writer.WriteStartObject("metrics");
            MetricsReport.Write(writer, outcome.Evaluation.Metrics);
            writer.WriteEndObject();
            MetricsReport.WritePerClass(writer, outcome.Evaluation.Metrics);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
