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
/// The demo, step by step: generate synthetic scenes, train with focal loss and with plain cross entropy on the same data, seed and number of steps,
/// evaluate both, and write a report.
/// </summary>
/// <param name="folder">The output folder: empty, or missing.</param>
/// <param name="logger">Receives the log messages of training; null: nothing does.</param>
public sealed class FocalLossDemo(string folder, ILogger? logger = null)
{
    private const string LastWeights = "last.safetensors";

    /// <summary>The training runs, in order.</summary>
    public static IReadOnlyList<DemoRun> Runs { get; } =
        [new("focal loss", "focal", DemoSettings.Focal), new("cross entropy", "cross-entropy", DemoSettings.CrossEntropy)];

    /// <summary>The dataset, in COCO layout.</summary>
    public string DataFolder => Path.Combine(folder, "data");

    /// <summary>The drawn images on which the runs differ.</summary>
    public string PictureFolder => Path.Combine(folder, "pictures");

    /// <summary>The report.</summary>
    public string ReportFile => Path.Combine(folder, "report.html");

    /// <summary>The run folder of a training run.</summary>
    /// <param name="run">The run.</param>
    public string RunFolder(DemoRun run) => Path.Combine(folder, run.Folder);

    /// <summary>Generates the dataset.</summary>
    /// <param name="progress">Receives the number of images done.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="IOException">The folder is not empty, or cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public (SceneSplit Train, SceneSplit Val) Generate(IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        SceneSet.Write(DataFolder, DemoSettings.Scenes, progress, cancellationToken);

    /// <summary>Trains and evaluates. Nothing is selected on the validation set: the last weights are evaluated, not the best epoch's.</summary>
    /// <param name="run">The run.</param>
    /// <param name="train">Training set.</param>
    /// <param name="val">Validation set.</param>
    /// <param name="progress">Receives the progress of the training.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="TrainingDivergedException">A loss or a gradient is not finite.</exception>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public DemoResult Train(
        DemoRun run, DetectionDataset train, DetectionDataset val, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var runFolder = RunFolder(run);
        var result = new Trainer(run.Settings, train, val, new() { Folder = runFolder, Logger = logger ?? NullLogger.Instance }).Train(progress, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        using var detector = Detector.Load(Path.Combine(runFolder, LastWeights));
        var evaluation = SetEvaluator.Evaluate(detector, val, cancellationToken: cancellationToken);
        DetectionResults.Write(Path.Combine(runFolder, "detections.json"), evaluation.Detections);
        return new(run, result, evaluation);
    }

    /// <summary>Draws the images on which the runs differ most into <see cref="PictureFolder"/>, and writes <see cref="ReportFile"/>.</summary>
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
