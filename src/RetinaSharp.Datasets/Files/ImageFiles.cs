using System.Diagnostics.CodeAnalysis;

namespace RetinaSharp.Datasets.Files;

/// <summary>Access to the image files of a dataset.</summary>
internal static class ImageFiles
{
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".mpo", ".png", ".webp", ".bmp", ".tif", ".tiff",
    };

    public static bool IsImage(string path) => Extensions.Contains(Path.GetExtension(path));

    /// <summary>
    /// If the log collects errors, adds one for each image file that does not exist. Otherwise throws an error that names the first such
    /// file and gives the number of such files.
    /// </summary>
    public static void RequireAll(IReadOnlyList<AnnotatedImage> images, string file, IEnumerable<string> lookedIn, ProblemLog log)
    {
        var missing = images.Where(image => !image.File.Exists).ToList();
        if (missing.Count == 0)
            return;
        var where = $"looked in {string.Join(", ", lookedIn)}; set {nameof(DatasetOptions)}.{nameof(DatasetOptions.ImagesDirectory)} to their folder";
        if (log.CollectsErrors)
        {
            foreach (var image in missing)
                log.AddError(file, $"image {image.Id}", $"image file \"{image.FileName}\" not found ({where})");
        }
        else
        {
            log.AddError(file, $"image {missing[0].Id}",
                $"image file \"{missing[0].FileName}\" not found ({missing.Count} of {images.Count} are missing; {where})");
        }
    }

    /// <summary>
    /// Reads the header of an image file. If it is invalid, adds the error to the log and returns false; throws it if the log does not
    /// collect errors.
    /// </summary>
    public static bool TryReadHeader(ImageFile file, ProblemLog log, [NotNullWhen(true)] out ImageHeader? header)
    {
        try
        {
            header = ImageHeader.Read(file);
            return true;
        }
        catch (DatasetException exception) when (log.CollectsErrors)
        {
            log.AddError(exception.File, exception.Location, exception.Reason);
            header = null;
            return false;
        }
    }
}
