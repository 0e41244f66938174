using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Composes training samples: augments an image by itself or in a mosaic, pastes objects into it, blends it with another image, and reduces its quality.
/// Every draw is a function of the seed and the index of the sample. Thread-safe.
/// </summary>
/// <param name="set">The images.</param>
/// <param name="settings">The augmentation.</param>
/// <param name="augmentations">Custom augmentations, applied to each image first.</param>
/// <param name="store">Reads the images.</param>
/// <param name="seed">Seed of the run.</param>
internal sealed class SampleComposer(DetectionDataset set, AugmentationSettings settings, IReadOnlyList<IAugmentation> augmentations, ImageStore store, long seed)
{
    private const string MixupRole = "mixup";

    /// <summary>Composes a sample.</summary>
    /// <param name="image">Index of the image that the sample is of.</param>
    /// <param name="order">
    /// Indices of images that additional images are drawn from: the order of the epoch or a part of it, so that they are as balanced as it is.
    /// </param>
    /// <param name="sample">Index of the sample in the run.</param>
    /// <param name="size">Input size of the network.</param>
    /// <param name="cancellationToken">Cancels custom augmentations.</param>
    public TrainingSample Compose(int image, IReadOnlyList<int> order, long sample, InputSize size, CancellationToken cancellationToken)
    {
        var random = new SampleRandom(seed, sample);
        var first = Load(image, random);
        var composed = Mosaic.Draw(settings, size, first, random, Draw) ?? ImageAugmentation.Draw(settings, size, first.Source, first.Pixels, random);
        composed = CopyPaste.Apply(composed, settings, size, random, Draw);
        return Mix(composed) with { Degradation = Degradation.Draw(settings, random) };

        // Draws another image than that of the sample, if there is one.
        LoadedImage Draw(RandomStream draws, SampleRandom ownRandom)
        {
            var at = draws.NextInt(order.Count);
            for (var passed = 1; order[at] == image && passed < order.Count; passed++)
                at = (at + 1) % order.Count;
            return Load(order[at], ownRandom);
        }

        LoadedImage Load(int index, SampleRandom ownRandom)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return augmentations.Count == 0 ? new(set.Images[index], null) : Augment(set.Images[index], ownRandom);
        }

        // Mixup for detection (Zhang et al., "Bag of Freebies for Training Object Detection Neural Networks", section 3.1).
        TrainingSample Mix(TrainingSample before)
        {
            var draws = random.For(MixupRole);
            if (!draws.NextBool(settings.Mixup))
                return before;
            var ownRandom = random.OfImage(MixupRole);
            var other = Draw(draws, ownRandom);
            return before.BlendWith(ImageAugmentation.Draw(settings, size, other.Source, other.Pixels, ownRandom), draws.NextBeta(settings.MixupBeta, settings.MixupBeta));
        }
    }

    /// <summary>Reads an image, and applies the custom augmentations to the image and its annotations.</summary>
    private LoadedImage Augment(AnnotatedImage source, SampleRandom random)
    {
        var image = store.Read(source);
        var (scaleX, scaleY) = ((double)image.Width / source.Width, (double)image.Height / source.Height);
        IReadOnlyList<Annotation> annotations =
        [
            .. source.Annotations.Where(annotation => !source.IsDegenerate(annotation)).Select(annotation => annotation with { Box = Scaled(annotation.Box) }),
        ];
        foreach (var (index, augmentation) in augmentations.Index())
            (image, annotations) = augmentation.Apply(image, annotations, random.For($"augmentation {index}"));
        return new(source with { Width = image.Width, Height = image.Height, Annotations = annotations }, image);

        BoxXywh Scaled(BoxXywh box) => new(box.X * scaleX, box.Y * scaleY, box.Width * scaleX, box.Height * scaleY);
    }
}
