using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Imaging;

namespace RetinaSharp.Cli.Reports;

/// <summary>Writes the report of a training. It is an extra: a training that is done is done without it.</summary>
internal static class RunReport
{
    // What the best epoch found is looked for again only where it was found in an earlier session, and then in so many images.
    private const int MaxImages = 500;

    public static void Write(Output output, TrainerOptions options, DetectionDataset? validation, TrainingResult result, CancellationToken cancellationToken)
    {
        try
        {
            output.Say($"Curves and figures: {TrainingReport.Write(options.Folder, Measured(output, options, validation, result, cancellationToken))}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DatasetException or ImageException or WeightsException or OperationCanceledException)
        {
            output.Warn($"no report was written: {error.Message}");
        }
    }

    private static EvaluatedDataset? Measured(Output output, TrainerOptions options, DetectionDataset? validation, TrainingResult result, CancellationToken cancellationToken)
    {
        if (validation is null || result.Best is null)
            return null;
        if (result.BestEvaluation is { } evaluation)
            return new(validation, evaluation);
        if (result.IsCancelled)
            return null;
        var part = validation.Images.Count <= MaxImages ? validation : new()
        {
            Source = $"{validation.Source} (its first {MaxImages} images)",
            Categories = validation.Categories,
            Images = [.. validation.Images.Take(MaxImages)],
        };
        output.Say($"The best epoch was of an earlier session: its model looks at {part.Images.Count} validation images again, for the report.");
        using var detector = Detector.Load(options.Folder, new() { Device = options.Device, Precision = options.Precision });
        return new(part, SetEvaluator.Evaluate(detector, part, cancellationToken: cancellationToken));
    }
}
