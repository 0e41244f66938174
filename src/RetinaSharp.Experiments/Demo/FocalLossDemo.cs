using System.Globalization;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Training;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Experiments.Scenes;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Demo;

/// <summary>
/// The whole way on generated scenes, step by step: make the data, train with focal loss and with plain cross entropy on the same
/// data, seed and steps, measure both, draw what they found, and write a report.
/// </summary>
/// <param name="folder">Where everything goes; an empty folder, or one that is not there yet.</param>
public sealed class Demonstration(string folder)
{
    private const int Pictures = 6;
    private const double DrawThreshold = .3;
    private const string LastWeights = "last.safetensors";

    /// <summary>The trainings, in their order.</summary>
    public static IReadOnlyList<Contender> Contenders { get; } =
        [new("focal loss", "focal", DemoSettings.Focal), new("cross entropy", "cross-entropy", DemoSettings.CrossEntropy)];

    /// <summary>Where the data is, in COCO layout.</summary>
    public string DataFolder => Path.Combine(folder, "data");

    /// <summary>Where the pictures are on which detections are drawn.</summary>
    public string PictureFolder => Path.Combine(folder, "pictures");

    /// <summary>The report.</summary>
    public string ReportFile => Path.Combine(folder, "report.html");

    /// <summary>A contender's run folder.</summary>
    /// <param name="contender">The contender.</param>
    public string RunFolder(Contender contender) => Path.Combine(folder, contender.Folder);

    /// <summary>Makes the data set.</summary>
    /// <param name="progress">Told how many images are done.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">The folder is not empty, or cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public (SceneSplit Train, SceneSplit Val) Generate(IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        SceneSet.Write(DataFolder, DemoSettings.Scenes, progress, cancellationToken);

    /// <summary>
    /// Trains a contender and measures it. The validation images choose nothing: they draw the curve of AP, and the last
    /// weights are measured, not the best.
    /// </summary>
    /// <param name="contender">Which.</param>
    /// <param name="train">Images to train on.</param>
    /// <param name="val">Images to measure on.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TrainingDivergedException">A loss or a gradient is not finite.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public DemoOutcome Train(
        Contender contender, DetectionDataset train, DetectionDataset val, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var run = RunFolder(contender);
        var result = new Trainer(contender.Settings, train, val, new() { Folder = run }).Train(progress, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        using var detector = Detector.Load(Path.Combine(run, LastWeights));
        var evaluation = SetEvaluator.Evaluate(detector, val, cancellationToken: cancellationToken);
        DetectionResults.Write(Path.Combine(run, "detections.json"), evaluation.Detections);
        return new(contender, result, evaluation);
    }

    /// <summary>Draws what was found on the first validation images, into <see cref="PictureFolder"/>, and writes <see cref="ReportFile"/>.</summary>
    /// <param name="outcomes">How the contenders did.</param>
    /// <param name="val">The images that they were measured on.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="ImageException">An image cannot be read or written.</exception>
    public void WriteReport(IReadOnlyList<DemoOutcome> outcomes, SceneSplit val)
    {
        Directory.CreateDirectory(PictureFolder);
        var scenes = DemoSettings.Scenes;
        HtmlReport.Write(ComparisonReport.Create(
            "Focal loss and cross entropy, side by side",
            string.Create(CultureInfo.InvariantCulture, $"The same small RetinaNet, trained twice on {scenes.Train} generated scenes with the same seed and the same steps, ")
                + string.Create(CultureInfo.InvariantCulture, $"and measured on {scenes.Val} others that chose nothing. Only the loss of the classification differs."),
            [.. outcomes.Select(outcome => new ComparedRun(
                outcome.Contender.Name, RunFolder(outcome.Contender), outcome.Evaluation.Metrics, Draw(outcome, val.Set)))]), ReportFile);
    }

    private List<Picture> Draw(DemoOutcome outcome, DetectionDataset val)
    {
        var pictures = new List<Picture>();
        foreach (var image in val.Images.Take(Pictures))
        {
            // The best is drawn last, over the others.
            var found = outcome.Evaluation.Detections.Where(one => one.ImageId == image.Id && one.Score >= DrawThreshold).OrderBy(one => one.Score).ToList();
            var drawn = Image.Load(image.Path).Draw([.. found.Select(one => Label(one, val.Categories))]);
            drawn.Save(Path.Combine(PictureFolder, $"{outcome.Contender.Folder}-{image.FileName}"));
            var caption = string.Create(CultureInfo.InvariantCulture, $"{outcome.Contender.Name}: {found.Count} found, {image.Annotations.Count} there");
            pictures.Add(new(drawn, $"Scene {image.Id} with the boxes that the detector trained with {outcome.Contender.Name} found", caption));
        }

        return pictures;
    }

    private static BoxLabel Label(DetectionResult found, IReadOnlyList<Category> categories)
    {
        var place = Enumerable.Range(0, categories.Count).First(i => categories[i].Id == found.CategoryId);
        var (box, name) = (found.Box, categories[place].Name);
        return new((float)box.X, (float)box.Y, (float)(box.X + box.Width), (float)(box.Y + box.Height),
            string.Create(CultureInfo.InvariantCulture, $"{name} {found.Score:0.00}"), place);
    }
}
