using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Inference;

namespace RetinaSharp.Cli.Verbs;

/// <summary><c>retina eval</c>.</summary>
internal static class EvalVerb
{
    public const string ModelHelp = "A run folder, or a .safetensors file of this program.";

    private const int DefaultBatch = 8;

    public static Command Create(Session session)
    {
        var model = Given.Path("MODEL", ModelHelp);
        var data = Given.Path("DATA", DataSource.Help);
        var images = DataSource.Images();
        var outFolder = Given.Value("--out", "DIR", $"Writes {DetectVerb.ResultsFile} here, with DATA's own image and category ids.");
        var inference = new InferenceOptions();
        var json = Given.Json();
        var command = new Command("eval", "COCO metrics of a model.") { model, data, images, outFolder };
        inference.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            var options = inference.Read(parse);
            var batch = inference.ReadBatch(parse, DefaultBatch);
            var folder = OutFolder.Create(parse.GetValue(outFolder), DetectVerb.ResultsFile, [parse.GetRequiredValue(data)]);
            var truth = DataSource.Open(parse.GetRequiredValue(data), new() { ImagesDirectory = parse.GetValue(images) }, session.Output);
            using var detector = Detector.Load(parse.GetRequiredValue(model), options);
            folder?.Prepare();
            var evaluation = ProgressDisplay.During(session.Output, "evaluation", display => SetEvaluator.Evaluate(
                detector, truth, batch, new ImageCounter(display, truth.Images.Count), session.Cancellation));
            if (folder is not null)
                DetectionResults.Write(folder.Results, evaluation.Detections);
            session.Output.Say($"{evaluation.Images} images in {evaluation.Seconds:0.0} s, {evaluation.Images / evaluation.Seconds:0.0} images/s");
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

    private static void Show(Output output, SetEvaluation evaluation)
    {
        output.Result(MetricsReport.Table(evaluation.Metrics));
        output.Result("");
        output.Result(MetricsReport.PerClass(evaluation.Metrics));
    }
}
