using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Reads the datasets of one format. Formats are recognized by the content of the files.</summary>
internal interface IDatasetReader
{
    /// <summary>Name of the format for messages.</summary>
    string Name { get; }

    /// <summary>Returns whether a file is an annotation file of this format.</summary>
    bool Reads(string file);

    /// <summary>Returns whether a folder is a dataset of this format.</summary>
    bool Reads(DataFolder folder, DatasetOptions options);

    /// <summary>Returns the splits that an annotation file has.</summary>
    SplitList FindSplits(string file, DatasetOptions options);

    /// <summary>Returns the splits that a dataset folder has.</summary>
    SplitList FindSplits(DataFolder folder, DatasetOptions options);

    /// <summary>Reads a dataset from an annotation file.</summary>
    /// <param name="source">The path that the user gave, with the split.</param>
    /// <param name="file">Path of the annotation file.</param>
    /// <param name="split">Name of the split; null if none was given.</param>
    /// <param name="options">Options for reading.</param>
    /// <param name="log">Receives errors and warnings.</param>
    DetectionDataset ReadFile(string source, string file, string? split, DatasetOptions options, ProblemLog log);

    /// <summary>Reads a dataset from a folder.</summary>
    /// <param name="source">The path that the user gave, with the split.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="split">Name of the split; null if none was given.</param>
    /// <param name="options">Options for reading.</param>
    /// <param name="log">Receives errors and warnings.</param>
    DetectionDataset ReadFolder(string source, DataFolder folder, string? split, DatasetOptions options, ProblemLog log);
}
