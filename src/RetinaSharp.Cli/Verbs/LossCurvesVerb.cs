using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Experiments.Analysis;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina loss curves</c>, which plots loss functions and their derivatives.</summary>
internal static class LossCurvesVerb
{
    public static Command Create(Session session)
    {
        var outFolder = CliOption.Text("--out", "DIR", "Folder for the plots (SVG) and their data (CSV).", required: true);
        var json = SharedOptions.Json();
        var command = new Command("curves", "Plot focal loss, FL*, the losses that followed, and their derivatives.") { outFolder, json };
        command.SetAction(parse =>
        {
            var folder = parse.GetRequiredValue(outFolder);
            OutputFolder.RequireFolder(folder);
            WrittenFiles.Show(session.Output, LossCurves.Write(folder), parse.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }
}
