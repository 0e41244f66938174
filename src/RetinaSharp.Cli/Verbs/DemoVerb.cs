using System.CommandLine;
using System.Text.Json;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Experiments.Demo;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Kernels;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina demo</c>, which compares focal loss and cross entropy on synthetic scenes.</summary>
internal static class DemoVerb
{
    private const string DefaultFolder = "runs/demo";

    public static Command Create(Session session)
    {
        var outFolder = CliOption.Text("--out", "DIR", $"Output folder; by default {DefaultFolder}, or {DefaultFolder}-2 and so on if it exists.");
        var json = SharedOptions.Json();
        var command = new Command("demo", "Train, evaluate and compare focal loss and cross entropy on synthetic scenes, and write a report.") { outFolder, json };
        command.SetAction(parse =>
        {
            var output = session.Output;
            var folder = parse.GetValue(outFolder) ?? FreeFolder();
            OutputFolder.RequireEmpty(folder);
            LibTorch.EnsureLoaded();
            var demo = new FocalLossDemo(folder, new OutputLogger(output));

            var scenes = DemoSettings.Scenes;
            output.Info($"1. Generating {scenes.Train} training and {scenes.Val} validation scenes in {demo.DataFolder}");
            var (train, val) = ProgressDisplay.Run(output, "scenes", display =>
                demo.Generate(new ImageProgress(display, scenes.Train + scenes.Val), session.CancellationToken));
            output.Info($"   {train.Objects} objects and {train.Clutter} distractors in the training scenes");

            var results = new List<DemoResult>();
            foreach (var run in FocalLossDemo.Runs)
            {
                output.Info($"{results.Count + 2}. Training with {run.Name} in {demo.RunFolder(run)}");
                results.Add(ProgressDisplay.Run(output, run.Name, display => demo.Train(
                    run, train.Set, val.Set, new TrainingReporter(output, display, run.Settings.Training.Epochs, TimeProvider.System), session.CancellationToken)));
                output.Info($"   trained in {Durations.Text(results[^1].Training.Duration)}");
            }

            output.Info($"{results.Count + 2}. Drawing the images on which they differ in {demo.PictureFolder}");
            demo.WriteReport(results, val);
            if (parse.GetValue(json))
                output.Json(writer => Write(writer, demo, results));
            else
                Show(output, results);
            output.Info($"Report: {demo.ReportFile}");
            output.Info($"Next: retina detect {Shell.Quote(demo.RunFolder(results[0].Run))} {Shell.Quote(Path.Combine(demo.DataFolder, "val"))} --out detections");
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
