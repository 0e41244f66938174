using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Experiments.Analysis;

namespace RetinaSharp.Cli.Verbs;

/// <summary><c>retina loss curves</c>.</summary>
internal static class LossCurvesVerb
{
    public static Command Create(Session session)
    {
        var outFolder = Given.Value("--out", "DIR", "Where the pictures (SVG) and their numbers (CSV) are written.", required: true);
        var json = Given.Json();
        var command = new Command("curves", "The paper's curves: focal loss, its derivative, and FL* beside them.") { outFolder, json };
        command.SetAction(parse =>
        {
            var folder = parse.GetRequiredValue(outFolder)!;
            OutFolder.RequireFolder(folder);
            WrittenFiles.Tell(session.Output, LossCurves.Write(folder), parse.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }
}
