namespace RetinaSharp.Datasets.Writing;

/// <summary>How <see cref="DatasetWriter"/> gets the image files into a dataset.</summary>
public enum ImageHandling
{
    /// <summary>Copies the image files.</summary>
    Copy,

    /// <summary>
    /// Makes hard links to the image files, which need no space; a file that cannot be linked, such as one on another drive or in a tar shard, is copied.
    /// </summary>
    Link,

    /// <summary>Writes no image files: the annotations name the original files, by paths relative to the annotation file.</summary>
    None,
}
