using System.Security.Cryptography;
using RetinaSharp.Datasets;

namespace RetinaSharp.Detection.Training;

/// <summary>
/// Tells sets apart: a digest of classes, image names, sizes and boxes, and of how many bytes each image file has. The pixels are
/// not read, which would take as long as an epoch; where the files lie does not matter.
/// </summary>
internal static class DataIdentity
{
    /// <summary>The digest of images to train on, 64 hexadecimal digits. Degenerate boxes, which training skips, do not count.</summary>
    public static string ComputeForTraining(DetectionDataset set) => Compute(set, (image, annotation) => !image.IsDegenerate(annotation));

    /// <summary>The digest of images to evaluate on, 64 hexadecimal digits. Every box counts.</summary>
    public static string ComputeForValidation(DetectionDataset set) => Compute(set, (_, _) => true);

    private static string Compute(DetectionDataset set, Func<AnnotatedImage, Annotation, bool> counts)
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
                Write(writer, image, [.. image.Annotations.Where(annotation => counts(image, annotation))]);
        }

        return Convert.ToHexStringLower(hash.Hash!);
    }

    private static void Write(BinaryWriter writer, AnnotatedImage image, Annotation[] annotations)
    {
        // A file that is missing is named by whoever reads it.
        var file = new FileInfo(image.Path);
        writer.Write(image.FileName);
        writer.Write(file.Exists ? file.Length : -1);
        writer.Write(image.Width);
        writer.Write(image.Height);
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
