using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Detection.Anchors;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina anchors</c>, which measures how well anchors cover the boxes of a dataset, and fits anchors to them.</summary>
internal static class AnchorsVerb
{
    public static Command Create(Session session)
    {
        var data = CliArgument.Path("DATA", DataSource.Help);
        var reading = new DatasetReadingOptions();
        var settingsOptions = new RunSettingsOptions("--compat", "--levels", "--scales", "--ratios", "--size");
        var fitOption = CliOption.Flag("--fit", "Propose scales, ratios, levels and an input size that cover more boxes; settings that are given as options are kept.");
        var json = SharedOptions.Json();
        var command = new Command("anchors", "Show which share of a dataset's boxes the anchors cover, by size and shape, and propose better ones.") { data, fitOption };
        settingsOptions.AddTo(command);
        reading.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            var settings = settingsOptions.Get(parse);
            var dataset = DataSource.OpenForStatistics(parse.GetRequiredValue(data), reading.Get(parse) with { RequireImages = false }, session.Output);
            var fit = parse.GetValue(fitOption) ? AnchorFitter.Fit(dataset, settings, settingsOptions.GetAnchorFit(parse), session.CancellationToken) : null;
            var report = new AnchorFitReport(dataset.Source, settings, fit?.Before ?? AnchorCoverage.Compute(dataset, settings, session.CancellationToken), fit);
            if (parse.GetValue(json))
                session.Output.Json(report.Write);
            else
                report.Show(session.Output);
            return ExitCode.Done;
        });
        return command;
    }
}
