using System.Runtime.InteropServices;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Distributed;
using RetinaSharp.Imaging;
using RetinaSharp.Kernels;
using RetinaSharp.OnnxRuntime;

namespace RetinaSharp.Cli;

/// <summary>Exit code and message of the command for an exception.</summary>
/// <param name="Code">One of <see cref="ExitCode"/>.</param>
/// <param name="Message">The reason, and the remedy if one is known.</param>
internal sealed record ErrorReport(int Code, string Message)
{
    /// <summary>Name of an environment variable: if it is 1, the stack trace of an error is printed too.</summary>
    public const string DebugVariable = "RETINA_DEBUG";

    // ENOSPC, EROFS and EDQUOT: errors that occur only in writing, so they are not errors of the data.
    private static readonly int[] WriteErrors = [28, 30, 122];

    public static ErrorReport Create(Exception error) => error switch
    {
        AggregateException { InnerException: { } inner } => Create(inner),
        OperationCanceledException => new(ExitCode.Cancelled, "Cancelled."),
        InsufficientMemoryException => new(ExitCode.Failed, OptionHints.AddTo(error.Message)),
        TorchOperatorException or ExternalException or OutOfMemoryException when DeviceMemory.IsOutOfMemory(error) =>
            new(ExitCode.Failed, $"{error.Message} Out of memory: try a smaller --batch (with --accumulate) or --size."),
        _ when CodeOf(error) is { } code => new(code, OptionHints.AddTo(error.Message)),
        _ => new(ExitCode.Failed, $"{error.GetType().Name}: {error.Message} This is a bug; {DebugVariable}=1 prints the stack trace."),
    };

    /// <summary>Returns the exit code for an exception of an expected type; null for any other exception, which is a bug.</summary>
    private static int? CodeOf(Exception error) => error switch
    {
        UsageException => ExitCode.WrongUsage,
        DatasetException or WeightsException or ImageException or OnnxModelException => error.InnerException is IOException { HResult: var code } && WriteErrors.Contains(code) ? ExitCode.Failed : ExitCode.BadData,
        DistributedException { IsLost: true } => ExitCode.Lost,
        DistributedException => ExitCode.Failed,
        TorchUnavailableException or ImagingUnavailableException or DllNotFoundException => ExitCode.Unavailable,
        TorchOperatorException or TrainingDivergedException or IOException or UnauthorizedAccessException => ExitCode.Failed,
        _ => null,
    };
}
