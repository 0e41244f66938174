using System.Runtime.ExceptionServices;

namespace RetinaSharp.Datasets.Files;

/// <summary>Reads many small files in parallel, with the result of reading them sequentially.</summary>
internal static class ParallelRead
{
    /// <summary>
    /// Calls <paramref name="read"/> for every item, on several threads. Results, problems and the first exception are the same as if the
    /// items were read one after the other.
    /// </summary>
    public static TResult[] Select<TItem, TResult>(IReadOnlyList<TItem> items, ProblemLog log, Func<TItem, ProblemLog, TResult> read)
    {
        var results = new TResult[items.Count];
        var logs = new ProblemLog[items.Count];
        var errors = new DatasetException?[items.Count];
        Parallel.For(0, items.Count, i =>
        {
            logs[i] = new ProblemLog(log.CollectsErrors);
            try
            {
                results[i] = read(items[i], logs[i]);
            }
            catch (DatasetException exception)
            {
                errors[i] = exception;
            }
        });

        for (var i = 0; i < items.Count; i++)
        {
            log.Append(logs[i]);
            if (errors[i] is not { } error)
                continue;
            if (!log.CollectsErrors)
                ExceptionDispatchInfo.Throw(error);
            log.AddError(error.File, error.Location, error.Reason);
        }

        return results;
    }
}
