using System.Collections;
using RetinaSharp.Annotations;

namespace RetinaSharp.Detection.Tests.Training;

/// <summary>Images that cancel when one is looked up for the n-th time: a user who stops while batches are being made.</summary>
internal sealed class CancellingImages(IReadOnlyList<AnnotatedImage> images, int lookUps, CancellationTokenSource source) : IReadOnlyList<AnnotatedImage>
{
    private int _left = lookUps;

    public int Count => images.Count;

    public AnnotatedImage this[int index]
    {
        get
        {
            if (Interlocked.Decrement(ref _left) == 0)
                source.Cancel();
            return images[index];
        }
    }

    public IEnumerator<AnnotatedImage> GetEnumerator() => images.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
