using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina score</c>, which computes the COCO metrics of a results file.</summary>
internal static class ScoreVerb
{
    public static Command Create(Session session)
    {
        var truth = CliOption.Text("--truth", "GT.json", "Ground truth as COCO annotations; other DATA is accepted too.", required: true);
        var detections = CliOption.Text("--detections", "DT.json", "Detections in the COCO results format.", required: true);
        var perClass = CliOption.Flag("--per-class", "Also print the metrics of every class.");
        var json = SharedOptions.Json();
        var command = new Command("score", "Compute the COCO metrics of a results file of any detector.") { truth, detections, perClass, json };
        command.SetAction(parse =>
        {
            // As with pycocotools, the image files need not exist.
            var options = new DatasetOptions { RequireImages = false, FindImages = false };
            var groundTruth = DataSource.Open(parse.GetRequiredValue(truth), options, session.Output);
            var results = DetectionResults.Read(parse.GetRequiredValue(detections), groundTruth);
            WarnOfUnknownCategories(results, groundTruth, parse.GetRequiredValue(detections), session.Output);
            var metrics = Evaluate(groundTruth, results, parse.GetRequiredValue(detections), session.CancellationToken);
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

    private static void WarnOfUnknownCategories(IReadOnlyList<DetectionResult> results, DetectionDataset groundTruth, string file, Output output)
    {
        var known = groundTruth.Categories.Select(category => category.Id).ToHashSet();
        foreach (var group in results.Where(result => !known.Contains(result.CategoryId)).GroupBy(result => result.CategoryId).OrderBy(group => group.Key))
            output.Warning($"{file}: {group.Count()} detections are of category {group.Key}, which the ground truth does not have: they are not scored. Are the ids off by one?");
    }

    private static CocoMetrics Evaluate(DetectionDataset groundTruth, IReadOnlyList<DetectionResult> results, string file, CancellationToken cancellationToken)
    {
        try
        {
            return CocoEvaluator.Evaluate(groundTruth, results, new() { CancellationToken = cancellationToken });
        }
        catch (DatasetException error)
        {
            // The evaluator knows only the index of a detection, not its file.
            throw new DatasetException(file, error.Location, error.Reason, error);
        }
    }
}
