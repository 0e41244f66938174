using RetinaSharp.Datasets;
using RetinaSharp.Detection;

namespace RetinaSharp.Experiments.Preview;

/// <summary>Chooses images of a dataset at random, so that every class that has boxes is among them.</summary>
internal static class ImageSample
{
    /// <summary>Chooses images; the choice depends only on the dataset and the seed.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="count">Number of images; more are chosen only if a class would be missing.</param>
    /// <param name="seed">Seed of the choice.</param>
    /// <returns>The images in the order of the dataset.</returns>
    public static IReadOnlyList<AnnotatedImage> Choose(DetectionDataset dataset, int count, long seed)
    {
        var order = Enumerable.Range(0, dataset.Images.Count).ToArray();
        new RandomStream(seed, "preview images").Shuffle<int>(order);
        var imagesOfClass = new List<int>[dataset.Categories.Count];
        foreach (var image in order)
            foreach (var category in dataset.Images[image].Annotations.Select(annotation => annotation.Category).Distinct())
                (imagesOfClass[category] ??= []).Add(image);

        var chosen = new HashSet<int>();
        var seen = new HashSet<int>();
        // Rare classes first: their images often have frequent classes, too.
        foreach (var images in imagesOfClass.Index().Where(entry => entry.Item is not null).OrderBy(entry => entry.Item.Count))
        {
            if (seen.Contains(images.Index))
                continue;
            chosen.Add(images.Item[0]);
            seen.UnionWith(dataset.Images[images.Item[0]].Annotations.Select(annotation => annotation.Category));
        }

        foreach (var image in order)
            if (chosen.Count < count)
                chosen.Add(image);
        return [.. chosen.Order().Select(image => dataset.Images[image])];
    }
}
