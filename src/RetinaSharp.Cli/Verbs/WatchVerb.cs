using System.CommandLine;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Watching;
using RetinaSharp.Datasets;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina watch</c>, which detects objects in images as they arrive in a folder, and in frames of a video from stdin.</summary>
internal static class WatchVerb
{
    public const string FramesFile = "detections.jsonl";

    private const string Stdin = "-";
    private const double DefaultDrawThreshold = .3;
    private const double DefaultInterval = 1;

    private static readonly StringComparison PathComparison = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    public static Command Create(Session session)
    {
        var folder = CliArgument.PathOrStdin("FOLDER", "Folder in which images arrive, or - for frames on stdin: PPM images, as written by ffmpeg -i VIDEO -f image2pipe -c:v ppm -.");
        var model = CliOption.Text("--model", "MODEL", EvalVerb.ModelHelp, required: true);
        var outFolder = CliOption.Text("--out", "DIR", $"Images move to this folder, each beside a JSON file with its detections; corrupt ones to its folder failed. Detections in frames are lines of {FramesFile}.", required: true);
        var draw = CliOption.Flag("--draw", "Also write the images with the detections drawn, to the folder drawn in --out.");
        var interval = CliOption.Number("--interval", "Seconds between two looks at the folder. An image is taken when it has not changed from one to the next.", "SECONDS", min: .01, max: 3600).WithDefault(DefaultInterval);
        var once = CliOption.Flag("--until-empty", "End when the folder has no more images, instead of waiting for others.");
        var scoreThreshold = SharedOptions.ScoreThreshold();
        var drawThreshold = CliOption.Number("--draw-threshold", "Minimum score of a detection that is drawn or counted in the text output; JSON has all detections.", min: 0, max: 1).WithDefault(DefaultDrawThreshold);
        var classes = ClassFilter.Option();
        // Images are detected as they arrive, one by one.
        var inference = new InferenceOptions(defaultBatch: null);
        var json = SharedOptions.Json();
        var command = new Command("watch", "Detect objects in images as they arrive in a folder, or in frames of a video.") { folder, model, outFolder, draw, interval, once, scoreThreshold, drawThreshold, classes };
        inference.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            var options = inference.Get(parse, parse.GetOptional(scoreThreshold));
            var (source, target, threshold) = (parse.GetRequiredValue(folder), parse.GetRequiredValue(outFolder), parse.GetValue(drawThreshold));
            if (source != Stdin)
                RequireFolders(source, target);
            var prepared = OutputFolder.Create(target, FramesFile, [])!;
            using var detector = DetectorLoader.Load(parse.GetRequiredValue(model), options);
            var kept = ClassFilter.Create(parse.GetValue(classes), detector.Categories);
            prepared.Prepare();
            var results = new WatchedFolder(target, parse.GetValue(draw) ? threshold : null);
            var watch = new Watch(detector, kept, results, image =>
            {
                if (!parse.GetValue(json))
                    session.Output.Result($"{image.File}: {image.Counts(threshold)}");
            }, session.Output.Error, session.Output.Info);
            if (source == Stdin)
            {
                using var input = Console.OpenStandardInput();
                watch.RunAsync(new PpmFrames(input), prepared.Results, session.CancellationToken).GetAwaiter().GetResult();
            }
            else
            {
                results.Recover();
                session.Output.Info($"Watching {source}; Ctrl-C ends.");
                watch.RunAsync(new ArrivingFiles(source, TimeSpan.FromSeconds(parse.GetValue(interval))), parse.GetValue(once), session.CancellationToken).GetAwaiter().GetResult();
            }

            if (parse.GetValue(json))
                session.Output.Json(writer =>
                {
                    writer.WriteNumber("images", watch.Images);
                    writer.WriteNumber("failed", watch.Failed);
                });
            return session.CancellationToken.IsCancellationRequested ? ExitCode.Cancelled : watch.Failed > 0 ? ExitCode.BadData : ExitCode.Done;
        });
        return command;
    }

    private static void RequireFolders(string source, string target)
    {
        if (!Directory.Exists(source))
            throw new DatasetException(source, "", "there is no such folder");
        var watched = Resolve(source);
        if (new[] { target, Path.Combine(target, WatchedFolder.Drawn), Path.Combine(target, WatchedFolder.Failed) }.Any(folder => Resolve(folder).Equals(watched, PathComparison)))
            throw new UsageException($"--out: images would move to {source}, the folder that is watched; choose another folder");
    }

    /// <summary>Returns the full path of a folder, with all links in it resolved. The folder need not exist.</summary>
    private static string Resolve(string folder)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Path.GetDirectoryName(path) is not { } parent)
            return path;
        path = Path.Combine(Resolve(parent), Path.GetFileName(path));
        return Directory.Exists(path) && Directory.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? Resolve(target.FullName) : path;
    }
}
