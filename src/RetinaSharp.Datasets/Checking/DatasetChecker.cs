using RetinaSharp.Datasets.Formats;

namespace RetinaSharp.Datasets.Checking;

/// <summary>Finds the problems of a dataset before training does: in its files, images, boxes, classes and splits.</summary>
public static class DatasetChecker
{
    /// <summary>Checks a dataset: the split that is named, or all splits and the images in none of them if it has several and none is named.</summary>
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
        var (datasets, rest) = ReadAll(data, options.Reading, log);
        var files = new List<CheckedFile>();
        foreach (var dataset in datasets)
        {
            CheckImages(dataset);
            ClassCheck.Check(dataset, options, log);
        }

        SplitCheck.Check(datasets, log);
        // Images in no split may lack classes, but the whole dataset can be trained on.
        if (rest is not null)
        {
            CheckImages(rest);
            datasets.Add(rest);
        }

        DuplicateImageCheck.Check(files, options, log, cancellationToken);

        return new(datasets, [.. log.Problems.Distinct().OrderByDescending(problem => problem.Severity)]);

        void CheckImages(DetectionDataset dataset)
        {
            files.AddRange(ImageFileCheck.Check(dataset, options, log, progress, cancellationToken));
            BoxListCheck.Check(dataset, options, log);
        }
    }

    /// <summary>Reads the splits of a dataset, or the dataset if it has none; and the images that are in no split, null if there are none.</summary>
    private static (List<DetectionDataset> Splits, DetectionDataset? Unsplit) ReadAll(string data, DatasetOptions options, ProblemLog log)
    {
        SplitList splits;
        try
        {
            splits = DatasetReaders.FindSplits(data, options);
        }
        catch (DatasetException exception)
        {
            log.AddError(exception.File, exception.Location, exception.Reason);
            return ([], null);
        }

        var isSplit = splits.Names.Count > 1 || !splits.CanReadAll && splits.Names.Count == 1;
        string[] parts = isSplit ? [.. splits.Names.Select(split => $"{data}#{split}")] : [data];
        var datasets = parts.Select(part => Read(part, options, log)).OfType<DetectionDataset>().ToList();
        return (datasets, isSplit && splits.CanReadAll && datasets.Count == parts.Length ? ReadRest(data, datasets, options, log) : null);
    }

    private static DetectionDataset? ReadRest(string data, List<DetectionDataset> splits, DatasetOptions options, ProblemLog log)
    {
        var own = new ProblemLog(collectsErrors: true);
        if (Read(data, options, own) is not { } whole || SplitFinder.FindRest(whole, splits) is not { } rest)
            return null;
        // Only problems of the images in no split, and of places that the splits have no problem in. A warning without a location counts items of the whole
        // dataset, also those of the splits.
        var (all, unsplit, sources) = (whole.Images.Select(Locate).ToHashSet(), rest.Images.Select(Locate).ToHashSet(), splits.Select(split => split.Source).ToHashSet());
        var known = log.Problems.Select(problem => (sources.Contains(problem.File) ? data : problem.File, problem.Location)).ToHashSet();
        log.Append(own.Problems.Where(problem => (problem.Location.Length > 0 || problem.Severity == ProblemSeverity.Error)
            && (all.Contains(problem.Location) ? unsplit.Contains(problem.Location) : !known.Contains((problem.File, problem.Location)))));
        return rest;

        // As readers locate a missing image file. The ids of images without one are numbers in the dataset that is read, and others in a split.
        static string Locate(AnnotatedImage image) => $"image {image.Id}";
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
