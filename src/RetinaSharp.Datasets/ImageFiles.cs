using System.Diagnostics.CodeAnalysis;

namespace RetinaSharp.Datasets;

/// <summary>The image files of a set.</summary>
internal static class ImageFiles
{
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".mpo", ".png", ".webp", ".bmp", ".tif", ".tiff",
    };

    public static bool IsImage(string path) => Extensions.Contains(Path.GetExtension(path));

    /// <summary>Reports images whose files are not there: each one in a check, otherwise the first and how many.</summary>
    public static void RequireAll(IReadOnlyList<AnnotatedImage> images, string file, IEnumerable<string> lookedIn, ProblemLog log)
    {
        var missing = images.Where(image => !File.Exists(image.Path)).ToList();
        if (missing.Count == 0)
            return;
        var where = $"looked in {string.Join(", ", lookedIn)}; name the folder with --images DIR";
        if (log.Collects)
        {
            foreach (var image in missing)
                log.Fail(file, $"image {image.Id}", $"image file \"{image.FileName}\" is not there ({where})");
        }
        else
        {
            log.Fail(file, $"image {missing[0].Id}",
                $"image file \"{missing[0].FileName}\" is not there ({missing.Count} of {images.Count} are missing; {where})");
        }
    }

    /// <summary>Reads a header; false after an error that was collected.</summary>
    public static bool TryReadHeader(string path, ProblemLog log, [NotNullWhen(true)] out ImageHeader? header)
    {
        try
        {
            header = ImageHeader.Read(path);
            return true;
        }
        catch (DatasetException exception) when (log.Collects)
        {
            log.Fail(exception.File, exception.Place, exception.Reason);
            header = null;
            return false;
        }
    }

    /// <summary>Holds the size that the annotations have against the file's own, and finds files that are no images.</summary>
    public static void CheckHeaders(IReadOnlyList<AnnotatedImage> images, ProblemLog log) =>
        ParallelRead.Select(images, log, (image, own) =>
        {
            if (!File.Exists(image.Path))
                return false;
            var header = ImageHeader.Read(image.Path);
            if ((header.OrientedWidth, header.OrientedHeight) != (image.Width, image.Height))
            {
                own.Warn(image.Path, $"image {image.Id}",
                    $"is {header.OrientedWidth} x {header.OrientedHeight} (EXIF orientation {header.Orientation}), but annotated as {image.Width} x {image.Height}");
            }

            return true;
        });
}
