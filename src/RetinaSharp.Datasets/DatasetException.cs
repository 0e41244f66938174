namespace RetinaSharp.Datasets;

/// <summary>
/// The exception that is thrown when a dataset is invalid or cannot be read. The message names the file, the location in it, the reason and
/// a remedy.
/// </summary>
public sealed class DatasetException : Exception
{
    /// <summary>Initializes the exception.</summary>
    /// <param name="file">The file or folder.</param>
    /// <param name="location">The location in the file: a line, an element or an id; empty for the whole file.</param>
    /// <param name="reason">What is wrong and how to correct it.</param>
    /// <param name="inner">The cause, if any.</param>
    public DatasetException(string file, string location, string reason, Exception? inner = null)
        : base(new DatasetProblem(file, location, reason).ToString(), inner) => (File, Location, Reason) = (file, location, reason);

    /// <summary>The file or folder.</summary>
    public string File { get; }

    /// <summary>The location in the file: a line, an element or an id; empty for the whole file.</summary>
    public string Location { get; }

    /// <summary>What is wrong and how to correct it.</summary>
    public string Reason { get; }
}
