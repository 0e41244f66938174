using System.Text.Json;
using Microsoft.Extensions.Logging;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Distributed;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Training;

/// <summary>The datasets of a training run, after their checks: both have the same classes, and every image can be used.</summary>
/// <param name="Train">The training set.</param>
/// <param name="Validation">The validation set with the classes of the training set; null if there is none.</param>
/// <param name="Skipped">Images that were left out, because they cannot be used.</param>
internal sealed record TrainingData(DetectionDataset Train, DetectionDataset? Validation, IReadOnlyList<BadImage> Skipped)
{
    /// <summary>Maximum number of bad images that an error names.</summary>
    private const int MaxNamed = 100;

    /// <summary>Checks the datasets.</summary>
    /// <param name="train">The training set.</param>
    /// <param name="validation">The validation set; null if there is none.</param>
    /// <param name="skipBadImages">
    /// Whether images that cannot be used are left out, which takes decoding every image: a resumed run finds the same ones. If false, they are an error that
    /// names all of them.
    /// </param>
    /// <param name="logger">Receives warnings.</param>
    /// <param name="group">The processes, each of which checks a part of the images.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>The datasets; null if the check was canceled before all images were decoded, so that it is not known which ones are left out.</returns>
    /// <exception cref="DatasetException">A dataset has no images or no classes, the datasets share no class, or images cannot be used.</exception>
    public static TrainingData? Prepare(DetectionDataset train, DetectionDataset? validation, bool skipBadImages, ILogger logger, IProcessGroup group, CancellationToken cancellationToken)
    {
        if (train.Images.Count == 0 || train.Categories.Count == 0)
            throw new DatasetException(train.Source, "", "there is nothing to train on: no images, or no classes");
        if (validation is { Images.Count: 0 })
            throw new DatasetException(validation.Source, "", "the validation set has no images: AP cannot be computed");
        if (validation is not null)
            validation = Align(validation, train, logger);

        if (skipBadImages)
            logger.DecodingAll(train.Images.Count + (validation?.Images.Count ?? 0));
        var skipped = new List<BadImage>();
        if (Verify(train, skipBadImages, skipped, group, cancellationToken) is not { } usable)
            return null;
        var usableValidation = validation is null ? null : Verify(validation, skipBadImages, skipped, group, cancellationToken);
        if (validation is not null && usableValidation is null)
            return null;
        foreach (var image in skipped)
            logger.ImageSkipped(image.ToString());
        return new(usable, usableValidation, skipped);
    }

    private static DetectionDataset Align(DetectionDataset validation, DetectionDataset train, ILogger logger)
    {
        var alignment = ClassAlignment.Create(validation, train.Categories);
        if (alignment.UnknownClasses.Count > 0)
            logger.UnknownClasses(validation.Source, string.Join(", ", alignment.UnknownClasses));
        if (alignment.MissingClasses.Count > 0)
            logger.MissingClasses(validation.Source, string.Join(", ", alignment.MissingClasses));
        foreach (var (name, given) in alignment.SimilarClasses)
            logger.SimilarClass(validation.Source, name, given);
        return alignment.Dataset;
    }

    /// <summary>Returns the dataset without the images that are left out; null if it was canceled before they were known.</summary>
    private static DetectionDataset? Verify(DetectionDataset dataset, bool skipBadImages, List<BadImage> skipped, IProcessGroup group, CancellationToken cancellationToken)
    {
        var (first, count) = ImageShare.Compute(dataset.Images.Count, 1, group);
        IReadOnlyList<BadImage> own = [];
        var isCanceled = false;
        try
        {
            own = ImageVerification.FindBadImages(dataset with { Images = [.. dataset.Images.Skip(first).Take(count)] }, ImageDecoding.DescribeFailure, decodesAll: skipBadImages, cancellationToken: cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // If no image is left out, the run ends before its first step, and saves its checkpoint.
            isCanceled = true;
        }

        if (skipBadImages && group.Any(isCanceled))
            return null;

        var bad = Gather([.. own.Select(image => image with { Index = first + image.Index })], group);
        if (bad.Count == 0)
            return dataset;
        if (!skipBadImages || bad.Count == dataset.Images.Count)
        {
            var named = string.Concat(bad.Take(MaxNamed).Select(image => $"{Environment.NewLine}  {image}"));
            var more = bad.Count > MaxNamed ? $"{Environment.NewLine}  and {bad.Count - MaxNamed} more" : "";
            throw new DatasetException(dataset.Source, "", $"{bad.Count} of {dataset.Images.Count} images cannot be used: correct them, or skip them with {nameof(TrainerOptions)}.{nameof(TrainerOptions.SkipBadImages)}{named}{more}");
        }

        skipped.AddRange(bad);
        return ImageVerification.Without(dataset, bad);
    }

    /// <summary>Returns the bad images of all processes.</summary>
    private static IReadOnlyList<BadImage> Gather(BadImage[] own, IProcessGroup group) => group.Size == 1
        ? own
        : [.. group.GatherText(JsonSerializer.Serialize(own, SettingsJsonContext.Default.BadImageArray)).SelectMany(text => JsonSerializer.Deserialize(text, SettingsJsonContext.Default.BadImageArray)!)];
}
