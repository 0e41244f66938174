using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Training;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Experiments.Scenes;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Experiments.Demo;

/// <summary>
/// A demo of the focal loss. It generates synthetic scenes, trains with focal loss and with plain cross entropy on the same data with the same seed and
/// number of steps, evaluates both models, and writes a report. Each method is a step of the demo.
/// </summary>
/// <param name="folder">The output folder, which must be empty or not exist.</param>
/// <param name="logger">Receives the log messages of training; null: they are dropped.</param>
public sealed class FocalLossDemo(string folder, ILogger? logger = null)
{
    private const string LastWeights = "last.safetensors";

    /// <summary>The two training runs, in the order in which they are trained.</summary>
    public static IReadOnlyList<DemoRun> Runs { get; } =
        [new("focal loss", "focal", DemoSettings.Focal), new("cross entropy", "cross-entropy", DemoSettings.CrossEntropy)];

    /// <summary>Folder of the dataset, in COCO layout.</summary>
    public string DataFolder => Path.Combine(folder, "data");

    /// <summary>Folder of the drawings of images on which the detections of the runs differ.</summary>
    public string PictureFolder => Path.Combine(folder, "pictures");

    /// <summary>Path of the HTML report.</summary>
    public string ReportFile => Path.Combine(folder, "report.html");

    /// <summary>Returns the path of a run folder.</summary>
    /// <param name="run">The run.</param>
    public string RunFolder(DemoRun run) => Path.Combine(folder, run.Folder);

    /// <summary>Generates the dataset.</summary>
    /// <param name="progress">Receives the number of images written so far.</param>
    /// <param name="cancellationToken">Cancels the generation.</param>
    /// <exception cref="IOException">The folder is not empty, or cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The generation was canceled.</exception>
    public (SceneSplit Train, SceneSplit Val) Generate(IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        SceneSet.Write(DataFolder, DemoSettings.Scenes, progress, cancellationToken);

    /// <summary>
    /// Trains a run and evaluates its last weights. The best epoch's weights are not used, because they would be selected on the validation set.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="train">Training set.</param>
    /// <param name="val">Validation set.</param>
    /// <param name="progress">Receives the progress of training.</param>
    /// <param name="cancellationToken">Cancels training and evaluation.</param>
    /// <exception cref="TrainingDivergedException">A loss or a gradient is not finite.</exception>
    /// <exception cref="OperationCanceledException">Training or evaluation was canceled.</exception>
    public DemoResult Train(
        DemoRun run, DetectionDataset train, DetectionDataset val, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var runFolder = RunFolder(run);
        var result = new Trainer(run.Settings, train, val, new() { Folder = runFolder, Logger = logger ?? NullLogger.Instance }).Train(progress, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        using var detector = Detector.Load(Path.Combine(runFolder, LastWeights));
        var evaluation = DatasetEvaluator.Evaluate(detector, val, cancellationToken: cancellationToken);
        DetectionResults.Write(Path.Combine(runFolder, "detections.json"), evaluation.Detections);
        return new(run, result, evaluation);
    }

    /// <summary>
    /// Draws the images on which the detections of the runs differ most, saves the drawings in <see cref="PictureFolder"/>, and writes
    /// <see cref="ReportFile"/>.
    /// </summary>
    /// <param name="results">The results of the runs.</param>
    /// <param name="val">The validation set.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="ImageException">An image cannot be read or written.</exception>
    public void WriteReport(IReadOnlyList<DemoResult> results, SceneSplit val)
    {
        var differences = new RunDifferences(val.Set, [.. results.Select(result => (result.Run.Name, result.Evaluation.Detections))]);
        Directory.CreateDirectory(PictureFolder);
        foreach (var one in differences.Drawings)
            one.Drawing.Save(Path.Combine(PictureFolder, $"{results[one.Run].Run.Folder}-{one.Source.FileName}"));
        var scenes = DemoSettings.Scenes;
        HtmlReport.Write(ComparisonReport.Create(
            "Focal loss and cross entropy compared",
            string.Create(CultureInfo.InvariantCulture, $"The same small RetinaNet, trained twice on {scenes.Train} synthetic scenes with the same seed and number of steps, ")
                + string.Create(CultureInfo.InvariantCulture, $"and evaluated on {scenes.Val} others. Only the classification loss differs. Nothing was selected on the validation set."),
            [.. results.Select(result => new ComparedRun(result.Run.Name, RunFolder(result.Run), result.Evaluation.Metrics))], differences), ReportFile);
    }
}
