using RetinaSharp.Datasets;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Evaluation;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Reports;

/// <summary>Creates the report of a training run from its run folder.</summary>
public static class TrainingReport
{
    /// <summary>File name of the report in a run folder.</summary>
    public const string FileName = "report.html";

    /// <summary>Writes the report of a run into its folder, under <see cref="FileName"/>.</summary>
    /// <param name="runFolder">The run folder.</param>
    /// <param name="validation">
    /// The validation set with the detections of the best epoch's model, for curves, confusion matrix and pictures; null: the report has none of these.
    /// </param>
    /// <param name="skipped">Images that training left out, because they cannot be used; null: none.</param>
    /// <returns>The path of the report.</returns>
    /// <exception cref="DatasetException">The settings or metrics of the run are missing or corrupt.</exception>
    /// <exception cref="ImageException">A validation image cannot be read.</exception>
    /// <exception cref="IOException">The report cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to write.</exception>
    public static string Write(string runFolder, EvaluatedDataset? validation = null, IReadOnlyList<BadImage>? skipped = null)
    {
        var path = Path.Combine(runFolder, FileName);
        HtmlReport.Write(Create(runFolder, validation, skipped), path);
        return path;
    }

    /// <summary>Creates the report of a run.</summary>
    /// <param name="runFolder">The run folder.</param>
    /// <param name="validation">
    /// The validation set with the detections of the best epoch's model, for curves, confusion matrix and pictures; null: the report has none of these.
    /// </param>
    /// <param name="skipped">Images that training left out, because they cannot be used; null: none.</param>
    /// <exception cref="DatasetException">The settings or metrics of the run are missing or corrupt.</exception>
    /// <exception cref="ImageException">A validation image cannot be read.</exception>
    public static Report Create(string runFolder, EvaluatedDataset? validation = null, IReadOnlyList<BadImage>? skipped = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(runFolder);
        var run = new RunRecord(runFolder);
        if (run.Epochs.Count == 0)
            return new($"Training of {run.Name}", "No epoch is finished yet.", [Settings(run)]);
        var sections = new List<ReportSection> { new("Outcome", [Outcome(run)]), Learning(run) };
        if (run.Best is { } best)
            sections.Add(Validation(run, best, validation));
        if (validation is not null)
        {
            var (groundTruth, detections) = (validation.GroundTruth, validation.Evaluation.Detections);
            var curves = F1Curves.Compute(groundTruth, detections);
            var threshold = curves.Overall.Best?.Threshold ?? DetectionReview.DefaultThreshold;
            if (F1Section.Create(curves) is { } f1)
                sections.AddRange([f1, ConfusionSection.Create(ConfusionMatrix.Compute(groundTruth, detections, threshold))]);
            var review = new DetectionReview(groundTruth, detections, threshold);
            sections.AddRange([review.Examples(), review.FalsePositives(), review.FalseNegatives()]);
        }

        if (skipped is { Count: > 0 })
            sections.Add(Skipped(skipped));
        sections.Add(Time(run));
        sections.Add(Settings(run));
        return new($"Training of {run.Name}", Lead(run), sections);
    }

    private static ReportSection Skipped(IReadOnlyList<BadImage> images) => new("Skipped images",
    [
        new Paragraph($"{images.Count} images were left out of training and validation, because they cannot be used."),
        new ReportTable("Skipped images", ["File", "Reason"], [.. images.Select(image => (IReadOnlyList<TableCell>)[image.Path, image.Reason])], IsFolded: images.Count > 10),
    ]);

    private static string Lead(RunRecord run)
    {
        var (model, training) = (run.Settings.Model, run.Settings.Training);
        var data = run.Description is { } description
            ? $" on {description.TrainingData}: {description.TrainingImages} images, {description.Categories.Count} classes"
            : "";
        var isComplete = run.Epochs[^1].Epoch >= training.Epochs;
        return $"RetinaNet on {ResNetVariant.Create(model).Name} of width {model.Width}, trained{data}. "
            + (isComplete ? $"All {training.Epochs} epochs are done." : $"{run.Epochs[^1].Epoch} of {training.Epochs} epochs are done.");
    }

    private static KeyMetrics Outcome(RunRecord run)
    {
        var last = run.Epochs[^1];
        var metrics = new List<KeyMetric>();
        if (run.Best is { } best)
        {
            metrics.Add(new("AP", ReportText.Metric(best.Find("AP")), $"best epoch, {best.Epoch}"));
            metrics.Add(new("AP50", ReportText.Metric(best.Find("AP50")), $"in epoch {best.Epoch}"));
        }

        metrics.Add(new("Classification loss", $"{last.Find("loss_classification"):0.000}", "training, last epoch"));
        metrics.Add(new("Box loss", $"{last.Find("loss_box"):0.000}", "training, last epoch"));
        metrics.Add(new("Steps", $"{last.Find("step"):0}", $"of {run.Settings.Training.EffectiveBatch} images"));
        metrics.Add(new("Time", ReportText.Duration(run.Duration)));
        return new(metrics);
    }

    private static ReportSection Learning(RunRecord run)
    {
        var blocks = new List<ReportBlock>
        {
            Loss("Classification loss", "loss_classification"),
            Loss("Box loss", "loss_box"),
        };
        if (run.Best is not null)
            blocks.Add(new LineChart("Average precision on the validation set", "epoch", "AP", [.. new[] { "AP", "AP50", "AP75" }.Select(name => run.Curve(name, name))]));
        blocks.Add(new LineChart("Learning rate at the end of the epoch", "epoch", "learning rate", [run.Curve("learning rate", "learning_rate")]));
        var positives = run.Curve("positive anchors", "positive_share");
        if (positives.Points.Count > 0)
            blocks.Add(new LineChart("Share of positive anchors, ignored ones left out", "epoch", "share", [positives]));
        return new("Learning", blocks);

        LineChart Loss(string title, string metric)
        {
            var series = new List<LineSeries> { run.Curve("training", metric) };
            if (run.Best is not null)
                series.Add(run.Curve("validation", $"validation_{metric}"));
            return new(title, "epoch", "loss", series);
        }
    }

    private static ReportSection Validation(RunRecord run, EpochMetrics best, EvaluatedDataset? validation)
    {
        const string caption = "COCO metrics on the validation set";
        var last = run.Epochs.Last(epoch => epoch.IsValidated);
        return new("Validation",
        [
            last == best
                ? ReportText.MetricsTable(caption, [$"Best and last, epoch {best.Epoch}"], [best.Coco])
                : ReportText.MetricsTable(caption, [$"Best, epoch {best.Epoch}", $"Last, epoch {last.Epoch}"], [best.Coco, last.Coco]),
            .. validation is not null && PrecisionRecall.ByClass(validation.Evaluation.Metrics) is { } curves
                ? [new Paragraph("Curves and pictures are of the best epoch."), curves]
                : Array.Empty<ReportBlock>(),
        ]);
    }

    private static ReportSection Time(RunRecord run)
    {
        var phases = run.Phases();
        return new("Time",
        [
            new BarChart("Seconds by phase, all epochs together", [.. phases.Select(phase => phase.Name)], [new("seconds", [.. phases.Select(phase => phase.Seconds)])], "0.0"),
            .. phases.Count == 0 ? Array.Empty<ReportBlock>() : [new LineChart("Seconds by epoch, the longest phases", "epoch", "seconds", [.. phases.Take(LineChart.MaxSeries).Select(phase => run.PhaseCurve(phase.Name))])],
        ]);
    }

    private static ReportSection Settings(RunRecord run)
    {
        var blocks = new List<ReportBlock>();
        if (run.Description is { } description)
            blocks.Add(new ReportTable("Data and model", ["Property", "Value"],
            [
                ["Training data", description.TrainingData],
                ["Training images", $"{description.TrainingImages}"],
                ["Classes", string.Join(", ", description.Categories.Select(category => category.Name))],
            ]));
        blocks.Add(new ReportTable("All settings, as in config.json", ["Setting", "Value"],
            [.. run.AllSettings().Select(setting => (IReadOnlyList<TableCell>)[setting.Name, setting.Value])], IsFolded: true));
        return new("Data and settings", blocks);
    }
}
