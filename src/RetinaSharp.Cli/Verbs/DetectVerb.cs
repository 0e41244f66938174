using System.CommandLine;
using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Reports;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;
using RetinaSharp.Datasets.Writing;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Verbs;

/// <summary>Creates <c>retina detect</c>, which detects objects in images.</summary>
internal static class DetectVerb
{
    public const string ResultsFile = "detections.json";

    private const int DefaultBatch = 1;
    private const double DefaultDrawThreshold = .3;

    // At most 4 threads draw, because each holds a decoded image in memory.
    private static readonly int DrawingThreads = Math.Clamp(Environment.ProcessorCount / 2, 1, 4);

    public static Command Create(Session session)
    {
        var model = CliArgument.Path("MODEL", EvalVerb.ModelHelp);
        var paths = CliArgument.Paths("PATH", "Image files, and folders of image files.");
        var outFolder = CliOption.Text("--out", "DIR", $"Write the images with the detections drawn to this folder, and {ResultsFile} in the COCO results format.");
        var labels = CliOption.Choice("--labels", "Write the images, and detections as their labels, to --out as a dataset for this labeling tool, in place of drawn images.",
            [.. DatasetOutput.Formats.Where(format => format.Value != DatasetFormat.Csv)]);
        var imageFiles = SharedOptions.ImageFiles();
        var scoreThreshold = SharedOptions.ScoreThreshold();
        var drawThreshold = CliOption.Number("--draw-threshold", "Minimum score of a detection that is drawn, is a label, or is counted in the text output; JSON has all detections.", min: 0, max: 1).WithDefault(DefaultDrawThreshold);
        var classes = ClassFilter.Option();
        var inference = new InferenceOptions(DefaultBatch);
        var ensemble = new EnsembleOptions();
        var json = SharedOptions.Json();
        var command = new Command("detect", "Detect objects in images.") { model, paths, outFolder, labels, imageFiles, scoreThreshold, drawThreshold, classes };
        inference.AddTo(command);
        ensemble.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            var options = inference.Get(parse, parse.GetOptional(scoreThreshold));
            ensemble.Check(parse);
            var files = ImagePaths.Find(parse.GetRequiredValue(paths));
            var folder = OutputFolder.Create(parse.GetValue(outFolder), ResultsFile, files);
            var labelFormat = parse.GetOptional(labels);
            if (labelFormat is { } wanted)
            {
                OutputFolder.RequireEmpty((folder ?? throw new UsageException("--labels needs --out DIR")).Path);
                UsageException.Guard(() => DatasetWriter.Validate(wanted, new() { Images = parse.GetOptional(imageFiles) }));
            }
            else if (parse.IsGiven(imageFiles))
            {
                throw new UsageException("--image-files needs --labels");
            }

            using var detector = ensemble.Load(parse, parse.GetRequiredValue(model), options);
            var kept = ClassFilter.Create(parse.GetValue(classes), detector.Categories);
            folder?.Prepare();
            var threshold = parse.GetValue(drawThreshold);
            var drawing = folder is null || labelFormat is not null ? null : new DetectionDrawing(folder.Path, files, threshold);

            var images = ProgressDisplay.Run(session.Output, "detection", display =>
                Detect(detector, files, inference.GetBatch(parse), kept, drawing, new(display, files.Count), session));
            try
            {
                if (labelFormat is { } format)
                    WriteLabels(images, detector.Categories, threshold, folder!.Path, format, parse.GetOptional(imageFiles), session);
            }
            finally
            {
                // After the labels, which need an empty folder. Without them, the detections are still there.
                if (folder is not null)
                    DetectionResults.Write(folder.Results, Results(images));
            }

            if (parse.GetValue(json))
                session.Output.Json(writer => Write(writer, images));
            else
                foreach (var image in images)
                    session.Output.Result($"{image.File}: {image.Counts(threshold)}");
            return images.Count == files.Count ? ExitCode.Done : ExitCode.BadData;
        });
        return command;
    }

    /// <summary>Detects objects in all files. Corrupt files are reported and skipped.</summary>
    private static List<DetectedImage> Detect(
        IObjectDetector detector, IReadOnlyList<string> files, int batch, ClassFilter kept, DetectionDrawing? drawing, ImageProgress progress, Session session)
    {
        var images = new List<DetectedImage>();
        using var writer = new BackgroundWriter(DrawingThreads, 4 * DrawingThreads);
        var number = 0;
        foreach (var result in detector.DetectMany(files, batch, progress, onImageError: error => session.Output.Error(error.Message), session.CancellationToken))
        {
            // Corrupt files have no result, but count in the numbering.
            while (files[number] != result.Path)
                number++;
            images.Add(new(++number, result.Path, result.Width, result.Height, kept.Apply(result.Detections)));
            if (drawing is not null)
                writer.Add(drawing.Plan(images[^1]));
        }

        writer.Complete();
        return images;
    }

    /// <summary>Writes the images with detections as labels, which a labeling tool opens to correct them.</summary>
    private static void WriteLabels(IReadOnlyList<DetectedImage> images, IReadOnlyList<Category> categories, double threshold, string folder, DatasetFormat format, ImageHandling? imageFiles, Session session)
    {
        UsageException.Guard(() => ProgressDisplay.Run(session.Output, "labels", display => DatasetWriter.Write(
            DetectionLabels.Create(images, categories, threshold), folder, format, new() { Images = imageFiles }, new ImageProgress(display, images.Count), session.CancellationToken)));
        session.Output.Info($"The labels are in {folder}: correct them in the labeling tool. Next: retina data info {Shell.Quote(folder)}");
    }

    private static IEnumerable<DetectionResult> Results(IEnumerable<DetectedImage> images) =>
        from image in images
        from detection in image.Detections
        select new DetectionResult(image.Id, detection.Category.Id, BoxXywh.FromCorners(detection.Box), detection.Score) { FileName = image.File };

    private static void Write(Utf8JsonWriter writer, IEnumerable<DetectedImage> images)
    {
        writer.WriteStartArray("images");
        foreach (var image in images)
        {
            writer.WriteStartObject();
            DetectionJson.Write(writer, image);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
