using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

namespace RetinaSharp.Detection.Data;

/// <summary>One image of a training batch, with its boxes as the network sees them. Immutable.</summary>
/// <param name="Source">The image in the data set.</param>
/// <param name="Width">Pixels from the left that belong to the image; the rest is padding.</param>
/// <param name="Height">Pixels from the top that belong to the image.</param>
/// <param name="Boxes">Its objects, in pixels of the batch, with sides of a pixel and more.</param>
/// <param name="Classes">For each of them its class.</param>
/// <param name="Ignored">Crowds, and the rest of objects that were cut off: neither object nor background.</param>
internal sealed record BatchImage(AnnotatedImage Source, int Width, int Height, Box[] Boxes, int[] Classes, Box[] Ignored)
{
    /// <summary>Takes an image's boxes along with its pixels.</summary>
    public static BatchImage Create(AnnotatedImage source, in Augmentation how, double minVisible)
    {
        var boxes = new List<Box>(source.Annotations.Count);
        var classes = new List<int>(source.Annotations.Count);
        var ignored = new List<Box>();
        foreach (var annotation in source.Annotations)
        {
            if (source.IsDegenerate(annotation))
                continue;
            var whole = how.Apply(annotation.Box.ToCorners().Clip(source.Width, source.Height));
            var visible = whole.Clip(how.FrameWidth, how.FrameHeight);
            if (!(visible.Width >= 1 && visible.Height >= 1))
                continue;
            if (annotation.IsCrowd || visible.Area < minVisible * whole.Area)
            {
                ignored.Add(visible);
                continue;
            }
            boxes.Add(visible);
            classes.Add(annotation.Category);
        }
        return new(source, how.Right, how.Bottom, [.. boxes], [.. classes], [.. ignored]);
    }
}
