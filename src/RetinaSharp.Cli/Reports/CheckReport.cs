using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Reports;

/// <summary>Writes the problems of a dataset as text, JSON or HTML.</summary>
/// <param name="source">The dataset, as the user gave it.</param>
/// <param name="datasets">The splits that could be read.</param>
/// <param name="problems">The problems, errors first.</param>
internal sealed partial class CheckReport(string source, IReadOnlyList<DetectionDataset> datasets, IReadOnlyList<DatasetProblem> problems)
{
    private const int MaxLines = 40, MaxRows = 500, MaxPictures = 24, ThumbnailSide = 320;

    private readonly Lazy<Dictionary<string, (DetectionDataset? Dataset, AnnotatedImage? Image)>> _byPath = new(() =>
    {
        var images = new Dictionary<string, (DetectionDataset?, AnnotatedImage?)>();
        foreach (var dataset in datasets)
            foreach (var image in dataset.Images)
                images.TryAdd(image.Path, (dataset, image));
        return images;
    });

    /// <summary>Number of errors.</summary>
    public int Errors { get; } = problems.Count(problem => problem.Severity == ProblemSeverity.Error);

    private int Warnings => problems.Count - Errors;

    private int Images => datasets.Sum(dataset => dataset.Images.Count);

    private int Boxes => datasets.Sum(dataset => dataset.Images.Sum(image => image.Annotations.Count));

    /// <summary>Prints the problems and their number.</summary>
    public void Show(Output output)
    {
        foreach (var problem in problems.Take(MaxLines))
            output.Result($"{Name(problem.Severity)}: {problem}");
        if (problems.Count > MaxLines)
            output.Result($"and {problems.Count - MaxLines} more: --json has all, --html shows them with pictures");
        if (problems.Count > 0)
            output.Result("");
        output.Result($"{source}: {Images} images, {Boxes} boxes, {Count(Errors, "error")}, {Count(Warnings, "warning")}");
    }

    /// <summary>Writes the problems as JSON.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteNumber("errors", Errors);
        writer.WriteNumber("warnings", Warnings);
        writer.WriteNumber("images", Images);
        writer.WriteNumber("boxes", Boxes);
        writer.WriteStartArray("problems");
        foreach (var problem in problems)
        {
            writer.WriteStartObject();
            writer.WriteString("severity", Name(problem.Severity));
            writer.WriteString("file", problem.File);
            writer.WriteString("place", problem.Location);
            writer.WriteString("reason", problem.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Writes an HTML page with the problems and pictures of images that have some.</summary>
    /// <param name="path">Path of the file.</param>
    public void WriteHtml(string path)
    {
        var shown = problems.Take(MaxRows).ToArray();
        var table = new ReportTable(
            problems.Count > MaxRows ? $"The first {MaxRows} of {problems.Count} problems" : "All problems",
            ["Severity", "Problem and remedy", "File", "Location"],
            [.. shown.Select(problem => (IReadOnlyList<TableCell>)[Name(problem.Severity), problem.Reason, ShortName(problem.File), problem.Location])]);
        var sections = new List<ReportSection>
        {
            new("Summary", [new KeyMetrics([new("Images", Number(Images)), new("Boxes", Number(Boxes)), new("Errors", Number(Errors)), new("Warnings", Number(Warnings))])]),
            new("Problems", problems.Count > 0 ? [table] : [new Paragraph("No problems were found.")]),
        };
        if (Pictures() is { Count: > 0 } pictures)
            sections.Add(new("Images with problems", [new PictureGrid(pictures)]));
        HtmlReport.Write(new($"Check of {source}", $"{Count(Errors, "error")} and {Count(Warnings, "warning")} in {Images} images with {Boxes} boxes.", sections), path);
    }

    private List<Picture> Pictures()
    {
        var pictures = new List<Picture>();
        // More problems are not shown in the table either.
        foreach (var group in problems.Take(MaxRows).Select(problem => (Problem: problem, Image: FindImage(problem))).Where(pair => pair.Image.Image is not null).GroupBy(pair => pair.Image))
        {
            if (pictures.Count == MaxPictures)
                break;
            if (Draw(group.Key.Dataset!, group.Key.Image!) is { } drawing)
                pictures.Add(new(drawing, group.Key.Image!.FileName, $"{group.Key.Image.FileName}: {group.First().Problem.Reason}"));
        }

        return pictures;
    }

    /// <summary>
    /// Returns the image of a problem: the file with the problem, the image that its location names, or the image of the label file. Splits may have images with
    /// equal ids.
    /// </summary>
    private (DetectionDataset? Dataset, AnnotatedImage? Image) FindImage(DatasetProblem problem)
    {
        if (_byPath.Value.TryGetValue(problem.File, out var found))
            return found;
        var dataset = datasets.Count == 1 ? datasets[0] : datasets.FirstOrDefault(one => one.Problems.Any(own => own.File == problem.File && own.Location == problem.Location));
        if (ImageId().Match(problem.Location) is { Success: true } match && long.TryParse(match.Groups[1].Value, CultureInfo.InvariantCulture, out var id))
            return (dataset, dataset?.Images.FirstOrDefault(image => image.Id == id));
        // A label file has the name of its image.
        var stem = Path.GetFileNameWithoutExtension(problem.File);
        return (dataset, dataset?.Images.FirstOrDefault(image => Path.GetFileNameWithoutExtension(image.Path) == stem));
    }

    private static Image? Draw(DetectionDataset dataset, AnnotatedImage annotated)
    {
        try
        {
            var image = ImageDecoding.Load(annotated.File);
            var scale = Math.Min(1, (double)ThumbnailSide / Math.Max(image.Width, image.Height));
            var small = image.Resize(Math.Max(1, (int)(image.Width * scale)), Math.Max(1, (int)(image.Height * scale)));
            return small.Draw(annotated.Annotations.Where(annotation => !annotated.IsDegenerate(annotation)).Select(annotation => new BoxLabel(
                (float)(annotation.Box.X * scale), (float)(annotation.Box.Y * scale),
                (float)((annotation.Box.X + annotation.Box.Width) * scale), (float)((annotation.Box.Y + annotation.Box.Height) * scale),
                dataset.Categories[annotation.Category].Name, annotation.Category)).ToArray());
        }
        catch (ImageException)
        {
            // An image that cannot be decoded has no picture.
            return null;
        }
    }

    /// <summary>Returns the path of a file relative to the dataset, if it is in its folder.</summary>
    private string ShortName(string file)
    {
        var root = Path.GetFullPath(Directory.Exists(source) ? source : Path.GetDirectoryName(Path.GetFullPath(source)) ?? ".");
        var relative = Path.GetRelativePath(root, Path.GetFullPath(file));
        return relative.StartsWith("..", StringComparison.Ordinal) || relative == "." ? file : relative;
    }

    private static string Name(ProblemSeverity severity) => severity == ProblemSeverity.Error ? "error" : "warning";

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"image (\d+)")]
    private static partial Regex ImageId();
}
