using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Ranking;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina data rank</c>, which orders unlabeled images by how much labeling them would teach.</summary>
internal static class DataRankVerb
{
    private const int DefaultBatch = 1, DefaultCount = 100;

    public static Command Create(Session session)
    {
        var model = CliArgument.Path("MODEL", EvalVerb.ModelHelp);
        var paths = CliArgument.Paths("IMAGES", "Image files, and folders of image files, without labels.");
        var outFile = CliOption.Text("--out", "FILE", "Write the ranking to this file: as CSV, or as a list of paths if its name ends in .txt.");
        var count = CliOption.Integer("--count", "Number of images to rank; the others are not listed.", min: 1).WithDefault(DefaultCount);
        var inference = new InferenceOptions(DefaultBatch);
        var json = SharedOptions.Json();
        var command = new Command("rank", "Order unlabeled images by how much labeling them would teach: images that the model is unsure of, and that differ from each other.") { model, paths, outFile, count };
        inference.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            var options = inference.Get(parse);
            var files = ImagePaths.Find(parse.GetRequiredValue(paths));
            if (parse.GetValue(outFile) is { } target)
                OutputFolder.RequireFile(target, files);
            using var detector = DetectorLoader.Load(parse.GetRequiredValue(model), options);
            var (images, candidates) = ProgressDisplay.Run(session.Output, "detection", display => Detect(detector, files, inference.GetBatch(parse), new(display, files.Count), session));
            var ranked = ImageRanker.Rank(candidates, new() { MaxImages = parse.GetValue(count) }, session.CancellationToken);
            var report = new RankReport(images, ranked);
            if (parse.GetValue(outFile) is { } file)
            {
                report.WriteFile(file);
                session.Output.Info($"Ranking: {file}");
            }

            if (parse.GetValue(json))
                session.Output.Json(report.Write);
            else
                report.Show(session.Output);
            return images.Count == files.Count ? ExitCode.Done : ExitCode.BadData;
        });
        return command;
    }

    /// <summary>Detects objects in all files and describes the images. Corrupt files are reported and skipped.</summary>
    private static (List<string> Images, List<RankingCandidate> Candidates) Detect(IObjectDetector detector, IReadOnlyList<string> files, int batch, ImageProgress progress, Session session)
    {
        var images = new List<string>();
        var candidates = new List<RankingCandidate>();
        foreach (var result in detector.DetectMany(files, batch, progress, onImageError: error => session.Output.Error(error.Message), session.CancellationToken))
        {
            try
            {
                candidates.Add(new(result.Detections, ImageDescriptor.Create(ImageDescriptor.LoadThumbnail(result.Path), result.Detections, detector.Categories.Count)));
                images.Add(result.Path);
            }
            catch (ImageException error)
            {
                // The file was deleted or replaced since the detection.
                session.Output.Error(error.Message);
            }
        }

        return (images, candidates);
    }
}
