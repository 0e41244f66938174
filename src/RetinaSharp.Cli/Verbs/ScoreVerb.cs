using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;

namespace RetinaSharp.Cli.Verbs;

/// <summary><c>retina score</c>.</summary>
internal static class ScoreVerb
{
    public static Command Create(Session session)
    {
        var truth = Given.Value("--truth", "GT.json", "Annotations in COCO's form; other DATA is taken too.", required: true);
        var detections = Given.Value("--detections", "DT.json", "Detections in COCO's results form.", required: true);
        var perClass = new Option<bool>("--per-class") { Description = "Gives the figures of every class too." };
        var json = Given.Json();
        var command = new Command("score", "COCO metrics of a results file, whatever detector it is of.") { truth, detections, perClass, json };
        command.SetAction(parse =>
        {
            // As pycocotools reads it: images are not looked at.
            var options = new DatasetOptions { RequireImages = false, RequireIsCrowd = true };
            var set = DataSource.Open(parse.GetRequiredValue(truth)!, options, session.Output);
            var metrics = Evaluate(set, parse.GetRequiredValue(detections)!, session.Cancellation);
            if (parse.GetValue(json))
            {
                session.Output.Json(writer =>
                {
                    MetricsReport.Write(writer, metrics);
                    if (parse.GetValue(perClass))
                        MetricsReport.WritePerClass(writer, metrics);
                });
                return ExitCode.Done;
            }

            session.Output.Result(MetricsReport.Table(metrics));
            if (parse.GetValue(perClass))
            {
                session.Output.Result("");
                session.Output.Result(MetricsReport.PerClass(metrics));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static CocoMetrics Evaluate(DetectionDataset truth, string file, CancellationToken cancellationToken)
    {
        var results = DetectionResults.Read(file);
        try
        {
            return CocoEvaluator.Evaluate(truth, results, new() { CancellationToken = cancellationToken });
        }
        catch (DatasetException error)
        {
            // The evaluator knows no file of the detections, only their places in it.
            throw new DatasetException(file, error.Location, error.Reason, error);
        }
    }
}
