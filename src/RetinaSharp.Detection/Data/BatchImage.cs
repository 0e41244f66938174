using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

namespace RetinaSharp.Detection.Data;

/// <summary>An image of a batch and its ground-truth boxes after augmentation, without its pixels. Immutable.</summary>
/// <param name="Source">The original image and its annotations.</param>
/// <param name="Width">Width of the image in pixels, without the padding of the batch on its right.</param>
/// <param name="Height">Height of the image in pixels, without the padding of the batch below it.</param>
/// <param name="Boxes">Ground-truth boxes, clipped to the image, in pixels of the padded image. Each side is at least one pixel.</param>
/// <param name="Classes">Class index of each element of <paramref name="Boxes"/>.</param>
/// <param name="Ignored">
/// Crowd regions, and boxes of which too little is visible. Anchors in them that match no box are ignored instead of background.
/// </param>
internal sealed record BatchImage(AnnotatedImage Source, int Width, int Height, Box[] Boxes, int[] Classes, Box[] Ignored)
{
    /// <summary>
    /// Applies an augmentation to the boxes of an image. Drops boxes that are degenerate, or whose visible part has a side below one pixel. Crowd boxes, and
    /// boxes of which a share below <paramref name="minVisible"/> is visible, become ignored regions.
    /// </summary>
    public static BatchImage Create(AnnotatedImage source, in Augmentation augmentation, double minVisible)
    {
        var boxes = new List<Box>(source.Annotations.Count);
        var classes = new List<int>(source.Annotations.Count);
        var ignored = new List<Box>();
        foreach (var annotation in source.Annotations)
        {
            if (source.IsDegenerate(annotation))
                continue;
            var whole = augmentation.Apply(annotation.Box.ToCorners().Clip(source.Width, source.Height));
            var visible = whole.Clip(augmentation.OutputWidth, augmentation.OutputHeight);
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
        return new(source, augmentation.Right, augmentation.Bottom, [.. boxes], [.. classes], [.. ignored]);
    }
}
