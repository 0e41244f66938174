using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Experiments.Analysis;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina analyze losses</c>, which computes the distribution of a model's loss over anchors.</summary>
internal static class AnalyzeLossesVerb
{
    private const int DefaultBatch = 8;

    public static Command Create(Session session)
    {
        var model = CliArgument.Path("MODEL", EvalVerb.TrainedModelHelp);
        var data = CliArgument.Path("DATA", DataSource.Help);
        var reading = new DatasetReadingOptions();
        var outFolder = CliOption.Text("--out", "DIR", "Folder for the plots (SVG) and their data (CSV).", required: true);
        var size = SharedOptions.Size();
        var batch = SharedOptions.Batch(DefaultBatch);
        var engine = new EngineOptions();
        var json = SharedOptions.Json();
        var command = new Command("losses", "Compute the paper's cumulative distributions of the loss over anchors, for positives and negatives.") { model, data, outFolder, size, batch };
        reading.AddTo(command);
        engine.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            var options = new DetectorOptions { Device = engine.GetDevice(parse), Precision = engine.GetPrecision(parse), Input = parse.GetValue(size) };
            var folder = OutputFolder.Create(parse.GetRequiredValue(outFolder), LossAnalysis.NegativesFile, [parse.GetRequiredValue(data)])!;
            var dataset = DataSource.Open(parse.GetRequiredValue(data), reading.Get(parse), session.Output);
            folder.Prepare();
            var analysis = ProgressDisplay.Run(session.Output, "analysis", display => LossAnalyzer.Analyze(
                parse.GetRequiredValue(model), dataset, options, parse.GetValue(batch), new ImageProgress(display, dataset.Images.Count), session.CancellationToken));
            var files = analysis.Write(folder.Path);
            if (parse.GetValue(json))
            {
                session.Output.Json(writer =>
                {
                    AnalysisReport.Write(writer, analysis);
                    WrittenFiles.Write(writer, files);
                });
                return ExitCode.Done;
            }

            AnalysisReport.Show(session.Output, analysis);
            foreach (var file in files)
                session.Output.Info($"written: {file}");
            return ExitCode.Done;
        });
        return command;
    }
}
