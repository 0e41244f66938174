using System.Runtime.ExceptionServices;

namespace RetinaSharp.Datasets;

/// <summary>Reads many small files at once, with the outcome of reading them one after the other.</summary>
internal static class ParallelRead
{
    /// <summary>Calls <paramref name="read"/> for every item; results, problems and the error thrown are those of the items' order.</summary>
    public static TResult[] Select<TItem, TResult>(IReadOnlyList<TItem> items, ProblemLog log, Func<TItem, ProblemLog, TResult> read)
    {
        var results = new TResult[items.Count];
        var logs = new ProblemLog[items.Count];
        var errors = new DatasetException?[items.Count];
        Parallel.For(0, items.Count, i =>
        {
            logs[i] = new ProblemLog(log.Collects);
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
            if (!log.Collects)
                ExceptionDispatchInfo.Throw(error);
            log.Fail(error.File, error.Place, error.Reason);
        }

        return results;
    }
}
