using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;

namespace RetinaSharp.Cli.Verbs;

/// <summary><c>retina data info</c>.</summary>
internal static class DataInfoVerb
{
    public static Command Create(Session session)
    {
        var data = Given.Path("DATA", DataSource.Help);
        var images = DataSource.Images();
        var preset = new PresetOption();
        var json = Given.Json();
        var command = new Command("info", "Images, boxes, classes, size and shape of boxes, foreground and background anchors.") { data, images, preset.Option, json };
        command.SetAction(parse =>
        {
            var settings = preset.Settings(parse);
            var options = new DatasetOptions { ImagesDirectory = parse.GetValue(images), RequireImages = false };
            var set = DataSource.OpenForStatistics(parse.GetRequiredValue(data), options, session.Output);
            var report = new DataReport(set, AnchorStatistics.Compute(set, settings, session.Cancellation), preset.Name(parse));
            if (parse.GetValue(json))
                session.Output.Json(report.Write);
            else
                report.Show(session.Output);
            return ExitCode.Done;
        });
        return command;
    }
}
