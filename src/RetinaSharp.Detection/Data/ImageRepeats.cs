using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Data;

/// <summary>Computes how often an epoch uses each image, so that it sees rare classes more often.</summary>
internal static class ImageRepeats
{
    /// <summary>Computes the expected number of uses of each image; null if each image is used once.</summary>
    public static IReadOnlyList<double>? Compute(DetectionDataset set, TrainingSettings settings)
    {
        if (settings.RepeatFactor == 0 && !settings.ClassBalanced)
            return null;
        int[][] classes = [.. set.Images.Select(ClassesOf)];
        return settings.ClassBalanced ? ClassBalanced(classes) : RepeatFactors(classes, settings.RepeatFactor);
    }

    /// <summary>
    /// Repeat-factor sampling (Gupta et al., "LVIS", section "Repeat factor sampling"): a class in a share f of the images has the factor
    /// max(1, sqrt(threshold / f)), and an image the largest factor of its classes; an image without objects 1.
    /// </summary>
    private static double[] RepeatFactors(int[][] classes, double threshold)
    {
        var images = ImagesByClass(classes);
        return [.. classes.Select(own => own.Select(one => Math.Max(1, Math.Sqrt(threshold * classes.Length / images[one]))).DefaultIfEmpty(1).Max())];
    }

    /// <summary>
    /// Class-balanced sampling (Shen et al., "Relay Backpropagation", "class-aware sampling"): a sample is one of a random class, each class equally likely,
    /// and of its images each equally likely. An epoch has as many samples with objects as there are images with objects; images without objects are used
    /// once.
    /// </summary>
    private static double[] ClassBalanced(int[][] classes)
    {
        var images = ImagesByClass(classes);
        var withObjects = (double)classes.Count(own => own.Length > 0);
        return [.. classes.Select(own => own.Length == 0 ? 1 : own.Sum(one => withObjects / (images.Count * images[one])))];
    }

    private static Dictionary<int, int> ImagesByClass(int[][] classes) => classes.SelectMany(own => own).CountBy(one => one).ToDictionary();

    // Crowd regions and degenerate boxes are not learned.
    private static int[] ClassesOf(AnnotatedImage image) =>
        [.. image.Annotations.Where(annotation => !annotation.IsCrowd && !image.IsDegenerate(annotation)).Select(annotation => annotation.Category).Distinct()];
}
