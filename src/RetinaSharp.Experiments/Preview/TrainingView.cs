using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Preview;

/// <summary>Loads images with the loader of training, which augments them and assigns anchors, one image per batch.</summary>
internal static class TrainingView
{
    /// <summary>Loads every image once per epoch, and passes it with its padding and targets to a function.</summary>
    /// <param name="images">The images, with their classes.</param>
    /// <param name="settings">Input size, augmentation, anchors and assigner.</param>
    /// <param name="epochs">Number of times that each image is loaded, each with other augmentations.</param>
    /// <param name="create">Creates a result from the epoch, the pixels, and the batch, which it must not keep.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static List<T> Load<T>(DetectionDataset images, RunSettings settings, int epochs, Func<int, Image, TrainingBatch, T> create, CancellationToken cancellationToken)
    {
        var loader = new TrainingLoader(images, settings.Input, settings.Augmentation, new AnchorGenerator(settings.Model.Anchors), Assigner.CreateWithoutPredictions(settings.Assigner),
            new() { BatchSize = 1, Seed = settings.Training.Seed });
        var results = new List<T>();
        for (var epoch = 0; epoch < epochs; epoch++)
            foreach (var batch in loader.EnumerateEpoch(epoch, cancellationToken: cancellationToken))
            {
                using (batch)
                    results.Add(create(epoch, new(batch.Width, batch.Height, batch.Pixels), batch));
            }

        return results;
    }
}
