using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Experiments.Analysis;

namespace RetinaSharp.Cli.Verbs;

/// <summary><c>retina analyze losses</c>.</summary>
internal static class AnalyzeLossesVerb
{
    private const int DefaultBatch = 8;

    public static Command Create(Session session)
    {
        var model = Given.Path("MODEL", EvalVerb.ModelHelp);
        var data = Given.Path("DATA", DataSource.Help);
        var images = DataSource.Images();
        var outFolder = Given.Value("--out", "DIR", "Where the pictures (SVG) and their numbers (CSV) are written.", required: true);
        var size = Given.Value("--size", TrainingOptions.SizeValue, TrainingOptions.SizeHelp);
        var batch = Given.Value("--batch", "N", "Images that go through the network together.");
        var engine = new EngineOptions();
        var json = Given.Json();
        var command = new Command("losses", "Which anchors the loss comes from: the paper's cumulative distributions, for positives and negatives.") { model, data, images, outFolder, size, batch };
        engine.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            var options = new DetectorOptions { Device = engine.ReadDevice(parse), Precision = engine.ReadPrecision(parse), Input = Given.Read(parse, size, OptionValue.Size) };
            var together = Given.ReadValue(parse, batch, OptionValue.Whole) ?? DefaultBatch;
            if (together < 1)
                throw new UsageException($"--batch: {together} is below 1");
            var folder = OutFolder.Create(parse.GetRequiredValue(outFolder)!, LossAnalysis.NegativesFile, [parse.GetRequiredValue(data)])!;
            var set = DataSource.Open(parse.GetRequiredValue(data), new() { ImagesDirectory = parse.GetValue(images) }, session.Output);
            folder.Prepare();
            var analysis = ProgressDisplay.During(session.Output, "analysis", display => LossAnalyzer.Analyze(
                parse.GetRequiredValue(model), set, options, together, new ImageCounter(display, set.Images.Count), session.Cancellation));
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
                session.Output.Say($"written: {file}");
            return ExitCode.Done;
        });
        return command;
    }
}
