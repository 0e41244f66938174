using System.Collections;
using RetinaSharp.Datasets;

namespace RetinaSharp.Detection.Tests.Training;

/// <summary>Images that do something when one is looked up for the n-th time: a user who stops, or a crash, while batches are being made.</summary>
internal sealed class WatchedImages(IReadOnlyList<AnnotatedImage> images, int lookUps, Action then) : IReadOnlyList<AnnotatedImage>
{
    private int _left = lookUps;

    public int Count => images.Count;

    public AnnotatedImage this[int index]
    {
        get
        {
            if (Interlocked.Decrement(ref _left) == 0)
                then();
            return images[index];
        }
    }

    /// <summary>A set with these images.</summary>
    public static DetectionDataset In(DetectionDataset set, int lookUps, Action then) =>
        new() { Source = set.Source, Categories = set.Categories, Images = new WatchedImages(set.Images, lookUps, then) };

    public IEnumerator<AnnotatedImage> GetEnumerator() => images.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
