namespace RetinaSharp.Datasets.Writing;

/// <summary>Writes the annotation files of one format. <see cref="DatasetWriter"/> chooses the names of the images and copies them.</summary>
internal interface IFormatWriter
{
    /// <summary>Name of the format for messages.</summary>
    string Name { get; }

    FormatFeatures Features { get; }

    /// <summary>Extension of the annotation file, if a dataset that is not split can be one file; otherwise null.</summary>
    string? FileExtension { get; }

    /// <summary>Whether image folders have no subfolders.</summary>
    bool IsFlat { get; }

    /// <summary>Whether annotations can name images outside of the dataset.</summary>
    bool CanNameOriginals { get; }

    /// <summary>Returns the image folder of a split, relative to the dataset.</summary>
    /// <param name="split">Name of the split; null if the dataset is not split.</param>
    string ImageFolder(string? split);

    /// <summary>Returns the folder, relative to the dataset, to which the path of an original image is relative.</summary>
    /// <param name="split">Name of the split; null if the dataset is not split.</param>
    /// <param name="name">The name that the image would have in the dataset.</param>
    string OriginalsBase(string? split, string name);

    /// <summary>Returns the name of an image in the dataset, which may lack folders that the format cannot have.</summary>
    /// <param name="name">Path relative to the image folder, with forward slashes.</param>
    string Rename(string name) => name;

    /// <summary>Writes the annotation files.</summary>
    /// <param name="folder">Folder of the dataset; it exists and has no annotation files.</param>
    /// <param name="splits">The splits.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    void Write(string folder, IReadOnlyList<TargetSplit> splits, CancellationToken cancellationToken);

    /// <summary>Writes a dataset that is not split as one file; only called if there is a <see cref="FileExtension"/>.</summary>
    void WriteFile(string path, TargetSplit split) => throw new NotSupportedException();
}
