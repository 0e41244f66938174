using System.Security.Cryptography;
using RetinaSharp.Datasets;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Identifies a dataset by the SHA-256 digest of its classes, and of the file names, file lengths, sizes and boxes of its images. Pixels are not included,
/// because reading them would take as long as an epoch; neither are folder paths. The digest of a packed dataset includes which image is in which shard.
/// </summary>
internal static class DatasetDigest
{
    /// <summary>Computes the digest of a training set, as 64 hexadecimal digits. Degenerate boxes, which training skips, are left out.</summary>
    public static string ComputeForTraining(DetectionDataset set) => Compute(set, (image, annotation) => !image.IsDegenerate(annotation));

    /// <summary>
    /// Computes the digest of a validation set, as 64 hexadecimal digits. Degenerate boxes are included, unlike in <see cref="ComputeForTraining"/>.
    /// </summary>
    public static string ComputeForValidation(DetectionDataset set) => Compute(set, (_, _) => true);

    private static string Compute(DetectionDataset set, Func<AnnotatedImage, Annotation, bool> isIncluded)
    {
        using var hash = SHA256.Create();
        using (var writer = new BinaryWriter(new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write)))
        {
            writer.Write(set.Categories.Count);
            foreach (var category in set.Categories)
            {
                writer.Write(category.Id);
                writer.Write(category.Name);
            }

            foreach (var image in set.Images)
                Write(writer, image, [.. image.Annotations.Where(annotation => isIncluded(image, annotation))]);
        }

        return Convert.ToHexStringLower(hash.Hash!);
    }

    private static void Write(BinaryWriter writer, AnnotatedImage image, Annotation[] annotations)
    {
        // A missing file is not an error here: it is reported when it is read.
        var file = image.File;
        writer.Write(image.FileName);
        writer.Write(file.Exists ? file.Length : -1);
        // The order of an epoch depends on the shards.
        if (image.Entry is { } entry)
            writer.Write(Path.GetFileName(entry.Shard));
        writer.Write(image.Width);
        writer.Write(image.Height);
        if (image.Crop is { } crop)
        {
            writer.Write(crop.X);
            writer.Write(crop.Y);
        }

        writer.Write(annotations.Length);
        foreach (var annotation in annotations)
        {
            writer.Write(annotation.Category);
            writer.Write(annotation.Box.X);
            writer.Write(annotation.Box.Y);
            writer.Write(annotation.Box.Width);
            writer.Write(annotation.Box.Height);
            writer.Write(annotation.IsCrowd);
            writer.Write(annotation.IsDifficult);
        }
    }
}
