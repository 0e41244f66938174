using System.CommandLine;
using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Cli.Options;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Inference;

namespace RetinaSharp.Cli.Verbs;

/// <summary><c>retina detect</c>.</summary>
internal static class DetectVerb
{
    public const string ResultsFile = "detections.json";

    private const double DefaultDrawThreshold = .3;

    // Each holds one decoded image.
    private static readonly int DrawingThreads = Math.Clamp(Environment.ProcessorCount / 2, 1, 4);

    public static Command Create(Session session)
    {
        var model = Given.Path("MODEL", EvalVerb.ModelHelp);
        var paths = Given.Paths("PATH", "Image files, and folders of image files.");
        var outFolder = Given.Value("--out", "DIR", $"Writes the images with the objects drawn here, and {ResultsFile} in COCO's results form.");
        var scoreThreshold = Given.Value("--score-threshold", "NUMBER", "Scores up to this are left out; .05 unless the model says otherwise.");
        var drawThreshold = Given.Value("--draw-threshold", "NUMBER", "Scores below this are not drawn; .3 if left out.");
        var classes = Given.Value("--classes", "a,b", "Only these classes.");
        var inference = new InferenceOptions();
        var json = Given.Json();
        var command = new Command("detect", "Finds objects in images.") { model, paths, outFolder, scoreThreshold, drawThreshold, classes };
        inference.AddTo(command);
        command.Add(json);
        command.SetAction(parse =>
        {
            var options = inference.Read(parse, Given.ReadValue(parse, scoreThreshold, OptionValue.Number));
            var drawFrom = Given.ReadValue(parse, drawThreshold, OptionValue.Number) ?? DefaultDrawThreshold;
            if (drawFrom is < 0 or > 1)
                throw new UsageException($"{drawThreshold.Name}: {drawFrom} is outside of 0 to 1");
            var batch = inference.ReadBatch(parse, 1);
            var files = ImagePaths.Find(parse.GetRequiredValue(paths));
            var folder = OutFolder.Create(parse.GetValue(outFolder), ResultsFile, files);
            using var detector = Detector.Load(parse.GetRequiredValue(model), options);
            var wanted = parse.GetValue(classes) is { } names ? Classes(names, detector.Categories) : null;
            folder?.Prepare();
            var drawing = folder is null ? null : new Drawing(folder.Path, files, drawFrom);

            var images = ProgressDisplay.During(session.Output, "detection", display =>
                Detect(detector, files, batch, wanted, drawing, new(display, files.Count), session));
            if (folder is not null)
                DetectionResults.Write(folder.Results, Results(images));
            if (parse.GetValue(json))
                session.Output.Json(writer => Write(writer, images));
            else
                Show(session.Output, images);
            return images.Count == files.Count ? ExitCode.Done : ExitCode.BadData;
        });
        return command;
    }

    /// <summary>Looks at every file, some together; one that is damaged is reported and left out.</summary>
    private static List<DetectedImage> Detect(
        Detector detector, IReadOnlyList<string> files, int batch, HashSet<int>? wanted, Drawing? drawing, ImageCounter counter, Session session)
    {
        var images = new List<DetectedImage>();
        using var writer = new BackgroundWriter(DrawingThreads, 4 * DrawingThreads);
        var number = 0;
        foreach (var found in detector.DetectMany(files, batch, counter, damaged: error => session.Output.Fail(error.Message), session.Cancellation))
        {
            // The damaged files before it were left out.
            while (files[number] != found.Path)
                number++;
            images.Add(new(++number, found.Path, found.Width, found.Height, [.. found.Detections.Where(one => wanted?.Contains(one.Class) ?? true)]));
            if (drawing is not null)
                writer.Add(drawing.Plan(images[^1]));
        }

        writer.Complete();
        return images;
    }

    private static HashSet<int> Classes(string names, IReadOnlyList<Category> categories) => [.. names.Split(',').Select(name =>
    {
        for (var i = 0; i < categories.Count; i++)
            if (categories[i].Name == name.Trim())
                return i;
        throw new UsageException($"--classes: the model has no class '{name.Trim()}', but {string.Join(", ", categories.Select(category => category.Name))}");
    })];

    private static IEnumerable<DetectionResult> Results(IEnumerable<DetectedImage> images) =>
        from image in images
        from found in image.Objects
        select new DetectionResult(image.Id, found.Category.Id, BoxXywh.FromCorners(found.Box), found.Score);

    private static void Show(Output output, IEnumerable<DetectedImage> images)
    {
        foreach (var image in images)
        {
            output.Result($"{image.File}: {image.Objects.Count} found");
            foreach (var found in image.Objects)
                output.Result($"  {found.Score:0.000}  {found.Category.Name}  x {found.Box.X1:0.0} to {found.Box.X2:0.0}, y {found.Box.Y1:0.0} to {found.Box.Y2:0.0}");
        }
    }

    private static void Write(Utf8JsonWriter writer, IEnumerable<DetectedImage> images)
    {
        writer.WriteStartArray("images");
        foreach (var image in images)
        {
            writer.WriteStartObject();
            writer.WriteString("file", image.File);
            writer.WriteNumber("width", image.Width);
            writer.WriteNumber("height", image.Height);
            writer.WriteStartArray("detections");
            foreach (var found in image.Objects)
            {
                var box = BoxXywh.FromCorners(found.Box);
                writer.WriteStartObject();
                writer.WriteString("category", found.Category.Name);
                writer.WriteNumber("category_id", found.Category.Id);
                writer.WriteNumber("score", (double)found.Score);
                writer.WriteStartArray("bbox");
                foreach (var side in (ReadOnlySpan<double>)[box.X, box.Y, box.Width, box.Height])
                    writer.WriteNumberValue(side);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
