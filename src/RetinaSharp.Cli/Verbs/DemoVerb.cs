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
        var command = new Command("demo", "The whole way on synthetic images: focal loss against cross entropy, with a report.") { outFolder, json };
        command.SetAction(parse =>
        {
            var output = session.Output;
            var folder = parse.GetValue(outFolder) ?? FreeFolder();
            OutFolder.RequireEmpty(folder);
            LibTorch.EnsureLoaded();
            var demo = new FocalLossDemo(folder);

            var scenes = DemoSettings.Scenes;
            output.Say($"1. Generating {scenes.Train} training and {scenes.Val} validation scenes into {demo.DataFolder}");
            var (train, val) = ProgressDisplay.During(output, "scenes", display =>
                demo.Generate(new ImageCounter(display, scenes.Train + scenes.Val), session.Cancellation));
            output.Say($"   {train.Objects} objects and {train.Clutter} distractors in the training set");

            var results = new List<DemoResult>();
            foreach (var run in FocalLossDemo.Runs)
            {
                output.Say($"{results.Count + 2}. Training with {run.Name}, into {demo.RunFolder(run)}");
                results.Add(ProgressDisplay.During(output, run.Name, display => demo.Train(
                    run, train.Set, val.Set, new TrainingReporter(output, display, run.Settings.Training.Epochs), session.Cancellation)));
                output.Say($"   trained in {Durations.Text(results[^1].Training.Duration)}");
            }

            output.Say($"{results.Count + 2}. Drawing the images on which they differ into {demo.PictureFolder}");
            demo.WriteReport(results, val);
            if (parse.GetValue(json))
                output.Json(writer => Write(writer, demo, results));
            else
                Show(output, results);
            output.Say($"The report, with curves and pictures: {demo.ReportFile}");
            output.Say($"Go on: retina detect {demo.RunFolder(results[0].Run)} {Path.Combine(demo.DataFolder, "val")} --out found");
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

    private static void Show(Output output, IReadOnlyList<DemoResult> results)
    {
        output.Result(MetricsReport.Compare([.. results.Select(result => (result.Run.Name, result.Evaluation.Metrics))]));
        foreach (var result in results)
        {
            output.Result("");
            output.Result($"{result.Run.Name}, by class");
            output.Result(MetricsReport.PerClass(result.Evaluation.Metrics));
        }
    }

    private static void Write(Utf8JsonWriter writer, FocalLossDemo demo, IReadOnlyList<DemoResult> results)
    {
        writer.WriteString("data", demo.DataFolder);
        writer.WriteString("report", demo.ReportFile);
        writer.WriteStartArray("runs");
        foreach (var result in results)
        {
            writer.WriteStartObject();
            writer.WriteString("name", result.Run.Name);
            writer.WriteString("run", demo.RunFolder(result.Run));
            writer.WriteNumber("seconds", result.Training.Duration.TotalSeconds);
            writer.WriteStartObject("metrics");
            MetricsReport.Write(writer, result.Evaluation.Metrics);
            writer.WriteEndObject();
            MetricsReport.WritePerClass(writer, result.Evaluation.Metrics);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
