namespace RetinaSharp.Datasets.Checking;

/// <summary>Options of <see cref="DatasetChecker"/>.</summary>
public sealed record DatasetCheckOptions
{
    /// <summary>Options for reading the dataset.</summary>
    public DatasetOptions Reading { get; init; } = new();

    /// <summary>
    /// Decodes an image file; called on several threads, for files whose last bytes are not those of a complete file, and for very large images. Null: the former count as
    /// truncated, although a JPEG file may have other data after the image.
    /// </summary>
    public Func<ImageFile, DecodedImageFile>? Decode { get; init; }

    /// <summary>Whether to decode every image, which also finds damage in the middle of files and near-duplicate images.</summary>
    public bool DecodesAll { get; init; }

    /// <summary>Number of objects below which a class is reported as rare.</summary>
    public int MinObjectsPerClass { get; init; } = 10;

    /// <summary>Ratio of the most frequent to a class above which the imbalance is reported.</summary>
    public double MaxImbalance { get; init; } = 100;

    /// <summary>IoU in [0, 1] above which two boxes of one image are reported as near-duplicates.</summary>
    public double DuplicateIou { get; init; } = .95;

    /// <summary>Maximum number of differing bits of two <see cref="DecodedImageFile.Hash"/> of near-duplicate images, from 0 to 15.</summary>
    public int MaxHashDistance { get; init; } = 3;
}
