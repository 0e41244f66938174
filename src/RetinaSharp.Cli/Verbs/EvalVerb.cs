using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;
using RetinaSharp.Distributed;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina eval</c>, which computes the COCO metrics of a model on a dataset.</summary>
internal static class EvalVerb
{
    public const string TrainedModelHelp = "A run folder, or a .safetensors model of this program.";
    public const string ModelHelp = "A run folder, a .safetensors model of this program, or an .onnx file that it exported.";

    private const int DefaultBatch = 8;

    public static Command Create(Session session)
    {
        var model = CliArgument.Path("MODEL", ModelHelp);
        var data = CliArgument.Path("DATA", DataSource.Help);
        var reading = new DatasetReadingOptions();
        var outFolder = CliOption.Text("--out", "DIR", $"Write {DetectVerb.ResultsFile} to this folder, with DATA's own image and category ids.");
        var inference = new InferenceOptions(DefaultBatch);
        var ensemble = new EnsembleOptions();
        var shared = new ProcessOptions();
        var json = SharedOptions.Json();
        var command = new Command("eval", "Compute the COCO metrics of a model.") { model, data, outFolder };
        reading.AddTo(command);
        inference.AddTo(command);
        ensemble.AddTo(command);
        shared.AddTo(command, sendsGradients: false);
        command.Add(json);
        command.SetAction(parse =>
        {
            var options = inference.Get(parse);
            ensemble.Check(parse);
            var group = session.Processes.Join(shared.GetPatience(parse));
            var folder = group.Rank > 0 ? null : OutputFolder.Create(parse.GetValue(outFolder), DetectVerb.ResultsFile, [parse.GetRequiredValue(data)]);
            var groundTruth = DataSource.Open(parse.GetRequiredValue(data), reading.Get(parse), session.Output);
            using var detector = ensemble.Load(parse, parse.GetRequiredValue(model), options);
            if (groundTruth.Categories.Select(category => category.Name).Except(detector.Categories.Select(category => category.Name)).ToArray() is { Length: > 0 } unknown)
                session.Output.Warning($"{parse.GetRequiredValue(data)}: the model does not know {string.Join(", ", unknown)}: their AP is 0. Classes are matched by name.");
            if (group.Size > 1)
                foreach (var path in ensemble.GetModels(parse, parse.GetRequiredValue(model)))
                    group.RequireEqual(DetectorLoader.Digest(path), $"another model {path}: copy it again");
            folder?.Prepare();
            var own = ImageShare.Compute(groundTruth.Images.Count, inference.GetBatch(parse), group).Count;
            var evaluation = ProgressDisplay.Run(session.Output, "evaluation", display => DatasetEvaluator.Evaluate(
                detector, groundTruth, inference.GetBatch(parse), new ImageProgress(display, own), group, session.CancellationToken));
            if (folder is not null)
                DetectionResults.Write(folder.Results, evaluation.Detections);
            session.Output.Info($"{evaluation.Images} images in {evaluation.Seconds:0.0} s, {evaluation.Images / evaluation.Seconds:0.0} images/s");
            if (parse.GetValue(json))
                session.Output.Json(writer =>
                {
                    writer.WriteStartObject("metrics");
                    MetricsReport.Write(writer, evaluation.Metrics);
                    writer.WriteEndObject();
                    writer.WriteNumber("images", evaluation.Images);
                    writer.WriteNumber("seconds", evaluation.Seconds);
                    MetricsReport.WritePerClass(writer, evaluation.Metrics);
                });
            else
                Show(session.Output, evaluation);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(Output output, DatasetEvaluation evaluation)
    {
        output.Result(MetricsReport.Table(evaluation.Metrics));
        output.Result("");
        output.Result(MetricsReport.PerClass(evaluation.Metrics));
    }
}
