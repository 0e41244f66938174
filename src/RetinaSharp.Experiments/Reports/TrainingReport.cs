using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Reports;

/// <summary>The report of one training, from what its run folder holds.</summary>
public static class TrainingReport
{
    /// <summary>Name of the report in a run folder.</summary>
    public const string FileName = "report.html";

    /// <summary>Writes the report of a run into its folder, under <see cref="FileName"/>.</summary>
    /// <param name="runFolder">The run folder.</param>
    /// <param name="validation">The best epoch on validation images, of which curves and pictures are shown; null: none.</param>
    /// <returns>The report's path.</returns>
    /// <exception cref="DatasetException">The folder's settings or metrics are not there, or damaged.</exception>
    /// <exception cref="ImageException">A validation image cannot be read.</exception>
    /// <exception cref="IOException">The report cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The report may not be written.</exception>
    public static string Write(string runFolder, MeasuredSet? validation = null)
    {
        var path = Path.Combine(runFolder, FileName);
        HtmlReport.Write(Create(runFolder, validation), path);
        return path;
    }

    /// <summary>The report of a run.</summary>
    /// <param name="runFolder">The run folder.</param>
    /// <param name="validation">The best epoch on validation images, of which curves and pictures are shown; null: none.</param>
    /// <exception cref="DatasetException">The folder's settings or metrics are not there, or damaged.</exception>
    /// <exception cref="ImageException">A validation image cannot be read.</exception>
    public static Report Create(string runFolder, MeasuredSet? validation = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(runFolder);
        var run = new RunRecord(runFolder);
        if (run.Epochs.Count == 0)
            return new($"Training of {run.Name}", "The training has not come to the end of an epoch.", [Settings(run)]);
        var sections = new List<ReportSection> { new("Outcome", [Key(run)]), Learning(run) };
        if (run.Best is { } best)
            sections.Add(Validation(run, best, validation));
        if (validation is not null)
        {
            var review = new DetectionReview(validation.Truth, validation.Evaluation.Detections);
            sections.AddRange([review.Examples(), review.FalsePositives(), review.FalseNegatives()]);
        }

        sections.Add(Time(run));
        sections.Add(Settings(run));
        return new($"Training of {run.Name}", Lead(run), sections);
    }

    private static string Lead(RunRecord run)
    {
        var (model, training) = (run.Settings.Model, run.Settings.Training);
        var data = run.Description is { } description
            ? $" on {description.TrainingData}: {description.TrainingImages} images, {description.Categories.Count} classes"
            : "";
        var isComplete = run.Epochs[^1].Epoch >= training.Epochs;
        return $"RetinaNet on ResNet-{model.Depth} of width {model.Width}, trained{data}. "
            + (isComplete ? $"All {training.Epochs} epochs are done." : $"{run.Epochs[^1].Epoch} of {training.Epochs} epochs are done.");
    }

    private static KeyFigures Key(RunRecord run)
    {
        var last = run.Epochs[^1];
        var figures = new List<KeyFigure>();
        if (run.Best is { } best)
        {
            figures.Add(new("AP", ReportText.Figure(best.Find("AP")), $"best epoch, {best.Epoch}"));
            figures.Add(new("AP50", ReportText.Figure(best.Find("AP50")), $"in epoch {best.Epoch}"));
        }

        figures.Add(new("Classification loss", $"{last.Find("loss_classification"):0.000}", "training, last epoch"));
        figures.Add(new("Box loss", $"{last.Find("loss_box"):0.000}", "training, last epoch"));
        figures.Add(new("Steps", $"{last.Find("step"):0}", $"of {run.Settings.Training.EffectiveBatch} images"));
        figures.Add(new("Time", ReportText.Duration(run.Duration)));
        return new(figures);
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
            blocks.Add(new LineChart("Share of positive anchors, of those not ignored", "epoch", "share", [positives]));
        return new("Learning", blocks);

        LineChart Loss(string title, string metric)
        {
            var series = new List<LineSeries> { run.Curve("training", metric) };
            if (run.Best is not null)
                series.Add(run.Curve("validation", $"validation_{metric}"));
            return new(title, "epoch", "loss", series);
        }
    }

    private static ReportSection Validation(RunRecord run, EpochMetrics best, MeasuredSet? measured)
    {
        const string caption = "COCO figures on the validation set";
        var last = run.Epochs.Last(epoch => epoch.IsValidated);
        return new("Validation",
        [
            last == best
                ? ReportText.Figures(caption, [$"Best and last, epoch {best.Epoch}"], [best.Figures])
                : ReportText.Figures(caption, [$"Best, epoch {best.Epoch}", $"Last, epoch {last.Epoch}"], [best.Figures, last.Figures]),
            .. measured is not null && PrecisionRecall.ByClass(measured.Evaluation.Metrics) is { } curves
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
            blocks.Add(new ReportTable("Data and model", ["What", "Value"],
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
