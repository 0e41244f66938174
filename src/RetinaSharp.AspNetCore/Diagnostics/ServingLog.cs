using Microsoft.Extensions.Logging;

namespace RetinaSharp.AspNetCore.Diagnostics;

/// <summary>Log messages of the service.</summary>
internal static partial class ServingLog
{
    [LoggerMessage(1, LogLevel.Information, "Model {Model}: {Path} is loaded and warmed up in {Seconds:0.0} s.")]
    public static partial void ModelLoaded(this ILogger logger, string model, string path, double seconds);

    [LoggerMessage(2, LogLevel.Information, "Model {Model}: {Path} was replaced; it is now served in place of the previous one.")]
    public static partial void ModelReplaced(this ILogger logger, string model, string path);

    [LoggerMessage(3, LogLevel.Error, "Model {Model}: {Path} cannot be loaded. Replace the file to try again. {Remark}")]
    public static partial void ModelFailed(this ILogger logger, string model, string path, string remark, Exception error);

    [LoggerMessage(4, LogLevel.Error, "The detector failed on a batch of {Images} images.")]
    public static partial void BatchFailed(this ILogger logger, int images, Exception error);

    [LoggerMessage(5, LogLevel.Error, "{Method} {Path} failed.")]
    public static partial void RequestFailed(this ILogger logger, string method, string path, Exception error);

    [LoggerMessage(6, LogLevel.Error, "A detector cannot be disposed.")]
    public static partial void DisposalFailed(this ILogger logger, Exception error);

    [LoggerMessage(7, LogLevel.Information, "Stopping: new requests are refused, {Images} waiting images are finished.")]
    public static partial void Stopping(this ILogger logger, int images);
}
