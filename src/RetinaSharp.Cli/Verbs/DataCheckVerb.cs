using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;
using RetinaSharp.Datasets.Checking;
using RetinaSharp.Datasets.Operations;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina data check</c>, which finds the problems of a dataset.</summary>
internal static class DataCheckVerb
{
    public static Command Create(Session session)
    {
        var data = CliArgument.Path("DATA", DataSource.Help);
        var reading = new DatasetReadingOptions();
        var preset = SharedOptions.Preset();
        var size = SharedOptions.Size();
        var tile = SharedOptions.DataTile();
        var decode = CliOption.Flag("--decode", "Decode every image: finds damage in the middle of files, and images that look alike.");
        var html = CliOption.Text("--html", "FILE.html", "Write a report with pictures of the images that have problems.");
        var fix = CliOption.Flag("--fix", "Write a repaired copy to --out: bad images and boxes left out, boxes clipped, equal boxes removed, EXIF orientation applied to the boxes.");
        var output = new DatasetOutput(requiresFormat: false, requiresPath: false);
        var json = SharedOptions.Json();
        var command = new Command("check", "Find the problems of a dataset: files, images, boxes, classes, splits. The exit code is 3 if there are errors.") { data, preset, size, tile, decode, html, fix };
        reading.AddTo(command);
        output.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            var source = parse.GetRequiredValue(data);
            if (parse.GetValue(fix) != output.IsGiven(parse))
                throw new UsageException("--fix and --out belong together: the repaired copy is written to --out");
            if (parse.GetValue(fix))
                output.GetPath(parse);
            else
                output.RequireNone(parse, fix.Name);
            if (parse.GetValue(html) is { } page)
                RequireFile(page, source, html.Name);
            var options = new DatasetCheckOptions { Reading = reading.Get(parse), Decode = ImageDecoding.Inspect, DecodesAll = parse.GetValue(decode) };
            var checkedData = ProgressDisplay.Run(session.Output, "images", display => DatasetChecker.Check(source, options, cancellationToken: session.CancellationToken));
            var settings = Presets.Named(parse.GetRequiredValue(preset)) with { Tile = parse.GetOptional(tile) };
            if (parse.GetValue(size) is { Short: > 0 } input)
                settings = settings with { Input = input };
            var problems = checkedData.Problems.Concat(checkedData.Datasets.SelectMany(dataset => CheckAnchors(dataset, settings, session.CancellationToken)))
                .Select(problem => problem with { Reason = OptionHints.AddTo(problem.Reason) }).ToArray();
            var report = new CheckReport(source, checkedData.Datasets, problems);
            if (parse.GetValue(json))
                session.Output.Json(report.Write);
            else
                report.Show(session.Output);
            // After the results, which are kept if the file cannot be written.
            if (parse.GetValue(html) is { } path)
            {
                report.WriteHtml(path);
                session.Output.Info($"Report: {path}");
            }

            if (parse.GetValue(fix) && checkedData.Datasets.Count > 0)
                Repair(checkedData.Datasets, source, output, parse, session);
            return report.Errors > 0 ? ExitCode.BadData : ExitCode.Done;
        });
        return command;
    }

    /// <summary>Checks that a file can be written, and is not the dataset.</summary>
    private static void RequireFile(string path, string source, string option)
    {
        if (Directory.Exists(path))
            throw new UsageException($"{option}: {path} is a folder; name a file in it");
        OutputFolder.RequireNotAmong([source], path, option);
        OutputFolder.RequireFolder(Path.GetDirectoryName(Path.GetFullPath(path))!, option);
        if (Path.GetExtension(path).ToLowerInvariant() is not (".html" or ".htm"))
            throw new UsageException($"{option}: {path} has not the extension .html; a file of the dataset could be replaced by mistake");
    }

    private static void Repair(IReadOnlyList<DetectionDataset> datasets, string source, DatasetOutput output, ParseResult parse, Session session)
    {
        var splits = new List<DatasetSplit>();
        foreach (var dataset in datasets)
        {
            var (repaired, changes) = DatasetRepair.Repair(dataset, ImageDecoding.DescribeFailure);
            // Beside splits, the images in none of them have the source of the whole dataset.
            var name = dataset.Source.Length > source.Length ? dataset.Source[(source.Length + 1)..] : datasets.Count > 1 ? "other" : null;
            splits.Add(new(name, repaired));
            foreach (var change in changes)
                session.Output.Info($"repaired: {change}");
        }

        var written = output.Write(parse, splits, session);
        foreach (var loss in written.Losses)
            session.Output.Warning(loss.ToString());
        session.Output.Info($"The repaired dataset is in {written.Path}. Next: retina data check {Shell.Quote(written.Path)}");
    }

    private static IEnumerable<DatasetProblem> CheckAnchors(DetectionDataset dataset, RunSettings settings, CancellationToken cancellationToken) =>
        AnchorWarnings.Find(AnchorStatistics.Compute(dataset, settings, cancellationToken), settings).Select(warning => new DatasetProblem(dataset.Source, "", warning));
}
