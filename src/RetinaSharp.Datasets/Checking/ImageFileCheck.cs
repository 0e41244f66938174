namespace RetinaSharp.Datasets.Checking;

/// <summary>Checks the image files of a dataset: whether they can be used, and whether the extension is that of their format.</summary>
internal static class ImageFileCheck
{
    private static readonly Dictionary<ImageFormat, string[]> Extensions = new()
    {
        [ImageFormat.Jpeg] = [".JPG", ".JPEG", ".JPE", ".MPO"],
        [ImageFormat.Png] = [".PNG"],
        [ImageFormat.WebP] = [".WEBP"],
        [ImageFormat.Bmp] = [".BMP"],
        [ImageFormat.Tiff] = [".TIF", ".TIFF"],
    };

    /// <summary>Checks all images. Returns those whose file exists.</summary>
    public static IEnumerable<CheckedFile> Check(DetectionDataset dataset, DatasetCheckOptions options, ProblemLog log, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        var hashes = new ulong?[dataset.Images.Count];
        var indexOfPath = new Dictionary<string, int>();
        for (var i = 0; i < hashes.Length; i++)
            indexOfPath.TryAdd(dataset.Images[i].Path, i);
        Func<ImageFile, string?>? decode = options.Decode is not { } open ? null : image =>
        {
            var file = open(image);
            hashes[indexOfPath[image.Path]] = file.Hash;
            return file.Failure;
        };
        var verified = ImageVerification.Verify(dataset, decode, options.DecodesAll, progress, cancellationToken);
        foreach (var image in ImageVerification.FindBadImages(dataset, verified))
        {
            // Missing files were reported by the reader.
            if (dataset.Images[image.Index].File.Exists)
                log.AddError(image.Path, $"image {dataset.Images[image.Index].Id}", image.Reason);
        }

        foreach (var (image, file) in dataset.Images.Zip(verified))
        {
            if (file.Format is { } format && !Extensions[format].Contains(Path.GetExtension(image.Path).ToUpperInvariant()))
                log.AddWarning(image.Path, "", $"is a {format} image in spite of its extension: other tools may not open it; rename it");
        }

        return dataset.Images.Select((image, i) => new CheckedFile(dataset, image.File, image.Width, image.Height, hashes[i])).Where(file => file.File.Exists);
    }
}
