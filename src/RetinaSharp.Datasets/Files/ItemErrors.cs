namespace RetinaSharp.Datasets.Files;

/// <summary>Reads single items of an annotation file so that an invalid item does not end the reading if the log collects errors.</summary>
internal static class ItemErrors
{
    /// <summary>Calls <paramref name="read"/>. Adds its error to the log if the log collects errors, otherwise throws it.</summary>
    public static void Collect(ProblemLog log, Action read)
    {
        try
        {
            read();
        }
        catch (DatasetException exception) when (log.CollectsErrors)
        {
            log.AddError(exception.File, exception.Location, exception.Reason);
        }
    }
}
