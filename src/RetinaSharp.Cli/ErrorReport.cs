using System.Runtime.InteropServices;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Imaging;
using RetinaSharp.Kernels;

namespace RetinaSharp.Cli;

/// <summary>What the user is told of an exception.</summary>
/// <param name="Code">The command's exit code.</param>
/// <param name="Message">The reason, and where one is known the remedy.</param>
internal sealed record ErrorReport(int Code, string Message)
{
    /// <summary>Environment variable that, set to 1, has the stack trace printed too.</summary>
    public const string DebugVariable = "RETINA_DEBUG";

    // ENOSPC, EROFS, EDQUOT: no room, a file system that is only read, a quota that is used up. Reading never fails so.
    private static readonly int[] CannotWrite = [28, 30, 122];

    public static ErrorReport Create(Exception error) => error switch
    {
        AggregateException { InnerException: { } inner } => Create(inner),
        UsageException => new(ExitCode.WrongUsage, error.Message),
        DatasetException or WeightsException or ImageException when error.InnerException is IOException { HResult: var code } && CannotWrite.Contains(code) =>
            new(ExitCode.Failed, error.Message),
        // Libraries name their options; the user of the command gives them as flags.
        DatasetException => new(ExitCode.BadData, error.Message.Replace($"{nameof(DatasetOptions)}.{nameof(DatasetOptions.ImagesDirectory)}", "--images DIR", StringComparison.Ordinal)),
        WeightsException or ImageException => new(ExitCode.BadData, error.Message),
        TorchUnavailableException or ImagingUnavailableException => new(ExitCode.Unavailable, error.Message),
        OperationCanceledException => new(ExitCode.Cancelled, "Cancelled."),
        TorchOperatorException or ExternalException or OutOfMemoryException when IsOutOfMemory(error) =>
            new(ExitCode.Failed, $"{error.Message} Memory is used up: try a smaller --batch (with --accumulate) or --size."),
        TorchOperatorException or TrainingDivergedException or IOException or UnauthorizedAccessException => new(ExitCode.Failed, error.Message),
        _ => new(ExitCode.Failed, $"{error.GetType().Name}: {error.Message} This is a fault of the program; {DebugVariable}=1 shows where it happened."),
    };

    private static bool IsOutOfMemory(Exception error) =>
        error is OutOfMemoryException || error.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase);
}
