namespace RetinaSharp.Datasets;

/// <summary>Input data that cannot be understood: names the file, the place in it and the reason with its remedy.</summary>
public sealed class DatasetException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="file">The file or folder.</param>
    /// <param name="place">Where in it (a line, an element, an id); empty for the whole file.</param>
    /// <param name="reason">What is wrong, and what to do about it.</param>
    /// <param name="inner">What was thrown underneath, if anything.</param>
    public DatasetException(string file, string place, string reason, Exception? inner = null)
        : base(new DatasetProblem(file, place, reason).ToString(), inner) => (File, Place, Reason) = (file, place, reason);

    /// <summary>The file or folder.</summary>
    public string File { get; }

    /// <summary>Where in it; empty for the whole file.</summary>
    public string Place { get; }

    /// <summary>What is wrong, and what to do about it.</summary>
    public string Reason { get; }
}
