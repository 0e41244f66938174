using Microsoft.Extensions.Logging;

namespace RetinaSharp.Inference;

/// <summary>Log messages of detectors.</summary>
internal static partial class InferenceLog
{
    [LoggerMessage(1, LogLevel.Information, "Detector created: {Classes} classes, input size {Input}, {Views}, up to {MaxConcurrency} batches concurrently.")]
    public static partial void DetectorCreated(this ILogger logger, int classes, InputSize input, string views, int maxConcurrency);

    [LoggerMessage(2, LogLevel.Warning, "Skipped a corrupt image: {Problem}")]
    public static partial void ImageSkipped(this ILogger logger, string problem);
}
