using RetinaSharp.Cli.Terminal;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Reports;

/// <summary>Writes the HTML report of a training run. Errors in writing it are printed as warnings and do not fail the run.</summary>
internal static class RunReport
{
    // If the best epoch was evaluated before the run was resumed, its model is evaluated again for the report, on at most so many images.
    private const int MaxImages = 500;

    public static void Write(Output output, TrainerOptions options, TrainingResult result, CancellationToken cancellationToken)
    {
        try
        {
            output.Info($"Report: {TrainingReport.Write(options.Folder, Evaluate(output, options, result, cancellationToken), result.SkippedImages)}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DatasetException or ImageException or WeightsException or OperationCanceledException)
        {
            output.Warning($"no report was written: {error.Message}");
        }
    }

    private static EvaluatedDataset? Evaluate(Output output, TrainerOptions options, TrainingResult result, CancellationToken cancellationToken)
    {
        if (result.ValidationSet is not { } validation || result.Best is null)
            return null;
        if (result.BestEvaluation is { } evaluation)
            return new(validation, evaluation);
        if (result.IsCanceled)
            return null;
        var subset = validation.Images.Count <= MaxImages ? validation : validation with
        {
            Source = $"{validation.Source} (its first {MaxImages} images)",
            Images = [.. validation.Images.Take(MaxImages)],
        };
        output.Info($"The best epoch is of an earlier session: evaluating its model on {subset.Images.Count} validation images again for the report.");
        using var detector = Detector.Load(options.Folder, new() { Device = options.Device, Precision = options.Precision });
        return new(subset, DatasetEvaluator.Evaluate(detector, subset, cancellationToken: cancellationToken));
    }
}
