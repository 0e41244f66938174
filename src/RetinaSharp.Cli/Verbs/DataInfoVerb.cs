using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina data info</c>, which summarizes a dataset.</summary>
internal static class DataInfoVerb
{
    public static Command Create(Session session)
    {
        var data = CliArgument.Path("DATA", DataSource.Help);
        var reading = new DatasetReadingOptions();
        var preset = SharedOptions.Preset();
        var tile = SharedOptions.DataTile();
        var json = SharedOptions.Json();
        var command = new Command("info", "Summarize a dataset: images, boxes, classes, box sizes and shapes, foreground and background anchors.") { data, preset, tile, json };
        reading.AddTo(command);
        command.SetAction(parse =>
        {
            var settings = Presets.Named(parse.GetRequiredValue(preset)) with { Tile = parse.GetOptional(tile) };
            var dataset = DataSource.OpenForStatistics(parse.GetRequiredValue(data), reading.Get(parse) with { RequireImages = false }, session.Output);
            var bad = ImageVerification.FindBadImages(dataset, ImageDecoding.DescribeFailure, cancellationToken: session.CancellationToken);
            DataSource.Warn(bad, dataset, session.Output);
            var anchors = AnchorStatistics.Compute(dataset, settings, session.CancellationToken);
            foreach (var warning in AnchorWarnings.Find(anchors, settings))
                session.Output.Warning(warning);
            var report = new DataReport(dataset, anchors, parse.GetRequiredValue(preset), bad.Count);
            if (parse.GetValue(json))
                session.Output.Json(report.Write);
            else
                report.Show(session.Output);
            return ExitCode.Done;
        });
        return command;
    }
}
