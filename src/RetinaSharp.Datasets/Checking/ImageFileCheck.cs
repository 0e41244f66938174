using RetinaSharp.Datasets.Files;

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
        Func<string, string?>? decode = options.Decode is not { } open ? null : path =>
        {
            var file = open(path);
            hashes[indexOfPath[path]] = file.Hash;
            return file.Failure;
        };
        foreach (var image in ImageVerification.FindBadImages(dataset, decode, options.DecodesAll, progress, cancellationToken))
        {
            // Missing files were reported by the reader.
            if (File.Exists(image.Path))
                log.AddError(image.Path, $"image {dataset.Images[image.Index].Id}", image.Reason);
        }

        ParallelRead.Select(dataset.Images, log, (image, itemLog) =>
        {
            if (File.Exists(image.Path) && TryRead(image.Path) is { } header && !Extensions[header.Format].Contains(Path.GetExtension(image.Path).ToUpperInvariant()))
                itemLog.AddWarning(image.Path, "", $"is a {header.Format} image in spite of its extension: other tools may not open it; rename it");
            return true;
        });
        return dataset.Images.Select((image, i) => new CheckedFile(dataset, image.Path, image.Width, image.Height, hashes[i])).Where(file => File.Exists(file.Path));
    }

    private static ImageHeader? TryRead(string path)
    {
        try
        {
            return ImageHeader.Read(path);
        }
        catch (DatasetException)
        {
            // Reported as a bad image.
            return null;
        }
    }
}
