using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Experiments.Preview;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina data preview</c>, which shows a dataset as training will see it.</summary>
internal static class DataPreviewVerb
{
    // The settings that change what training makes of an image, and the seed.
    private static readonly string[] Settings =
        ["--compat", "--levels", "--scales", "--ratios", "--size", "--tile", "--assigner", "--mosaic", "--mixup", "--copy-paste", "--large-scale-jitter", "--multi-scale", "--seed"];

    public static Command Create(Session session)
    {
        var data = CliArgument.Path("DATA", DataSource.Help);
        var outFolder = CliOption.Text("--out", "DIR", $"Write the pictures and {DatasetPreview.PageName} to this folder.", required: true);
        var count = CliOption.Integer("--count", "Number of images on the contact sheets; more if a class would be missing.", min: 1).WithDefault(new DatasetPreviewOptions().Images);
        var reading = new DatasetReadingOptions();
        var settingsOptions = new RunSettingsOptions(Settings);
        var json = SharedOptions.Json();
        var command = new Command("preview", "Show a dataset as training will see it: images with boxes, objects by class, augmentations and assigned anchors, as PNG files and a page.") { data, outFolder, count };
        settingsOptions.AddTo(command);
        reading.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            var settings = settingsOptions.Get(parse);
            var (source, folder) = (parse.GetRequiredValue(data), parse.GetRequiredValue(outFolder));
            OutputFolder.RequireFolder(folder);
            var dataset = DataSource.OpenForStatistics(source, reading.Get(parse) with { RequireImages = false }, session.Output);
            OutputFolder.Create(folder, DatasetPreview.PageName, [])!.Prepare();
            var options = new DatasetPreviewOptions { Images = parse.GetValue(count) };
            var result = ProgressDisplay.Run(session.Output, "preview", display => DatasetPreview.Write(dataset, settings, folder, options, cancellationToken: session.CancellationToken));
            foreach (var image in result.BadImages)
                session.Output.Warning(image.ToString());
            WrittenFiles.Show(session.Output, [result.Page, .. result.Pictures], parse.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }
}
