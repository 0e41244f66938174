using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina data info</c>, which summarizes a dataset.</summary>
internal static class DataInfoVerb
{
    public static Command Create(Session session)
    {
        var data = CliArgument.Path("DATA", DataSource.Help);
        var images = SharedOptions.Images();
        var preset = SharedOptions.Preset();
        var json = SharedOptions.Json();
        var command = new Command("info", "Summarize a dataset: images, boxes, classes, box sizes and shapes, foreground and background anchors.") { data, images, preset, json };
        command.SetAction(parse =>
        {
            var settings = Presets.Named(parse.GetRequiredValue(preset));
            var options = new DatasetOptions { ImagesDirectory = parse.GetValue(images), RequireImages = false };
            var dataset = DataSource.OpenForStatistics(parse.GetRequiredValue(data), options, session.Output);
            var report = new DataReport(dataset, AnchorStatistics.Compute(dataset, settings, session.CancellationToken), parse.GetRequiredValue(preset));
            if (parse.GetValue(json))
                session.Output.Json(report.Write);
            else
                report.Show(session.Output);
            return ExitCode.Done;
        });
        return command;
    }
}
