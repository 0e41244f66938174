using RetinaSharp.Datasets.Formats;

namespace RetinaSharp.Datasets.Checking;

/// <summary>Finds the problems of a dataset before training does: in its files, images, boxes, classes and splits.</summary>
public static class DatasetChecker
{
    /// <summary>Checks a dataset: the split that is named, or all splits if it has several and none is named.</summary>
    /// <param name="data">A path, optionally followed by <c>#split</c>.</param>
    /// <param name="options">Options; the defaults if null.</param>
    /// <param name="progress">Receives the number of images checked so far, on several threads.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public static DatasetCheckResult Check(string data, DatasetCheckOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(data);
        options ??= new();
        var log = new ProblemLog(collectsErrors: true);
        var datasets = new List<DetectionDataset>();
        foreach (var part in FindParts(data, options.Reading, log))
        {
            if (Read(part, options.Reading, log) is { } dataset)
                datasets.Add(dataset);
        }

        var files = new List<CheckedFile>();
        foreach (var dataset in datasets)
        {
            files.AddRange(ImageFileCheck.Check(dataset, options, log, progress, cancellationToken));
            BoxListCheck.Check(dataset, options, log);
            ClassCheck.Check(dataset, options, log);
        }

        SplitCheck.Check(datasets, log);
        DuplicateImageCheck.Check(files, options, log, cancellationToken);
        return new(datasets, [.. log.Problems.Distinct().OrderByDescending(problem => problem.Severity)]);
    }

    private static IReadOnlyList<string> FindParts(string data, DatasetOptions options, ProblemLog log)
    {
        try
        {
            var splits = DatasetReaders.FindSplits(data, options);
            return splits.Names.Count > 1 || !splits.CanReadAll && splits.Names.Count == 1 ? [.. splits.Names.Select(split => $"{data}#{split}")] : [data];
        }
        catch (DatasetException exception)
        {
            log.AddError(exception.File, exception.Location, exception.Reason);
            return [];
        }
    }

    private static DetectionDataset? Read(string data, DatasetOptions options, ProblemLog log)
    {
        var own = new ProblemLog(collectsErrors: true);
        try
        {
            // Degenerate boxes stay, so that they are reported with the others.
            return DatasetReaders.Open(data, options with { KeepDegenerate = true }, own);
        }
        catch (DatasetException exception)
        {
            own.AddError(exception.File, exception.Location, exception.Reason);
            return null;
        }
        finally
        {
            log.Append(own);
        }
    }
}
