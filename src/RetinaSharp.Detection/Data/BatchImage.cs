using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Data;

/// <summary>An image of a batch and its ground-truth boxes after augmentation, without its pixels. Immutable.</summary>
/// <param name="Source">The original image and its annotations; of a sample of several images the first.</param>
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
    /// Computes the boxes of a sample. Drops boxes that are degenerate, or whose visible part has a side below one pixel. Crowd boxes, boxes of which a share
    /// below <paramref name="minVisible"/> is visible, and all boxes of an image that mixup blends in with a weight below it, become ignored regions.
    /// </summary>
    public static BatchImage Create(TrainingSample sample, double minVisible)
    {
        var (boxes, classes, ignored) = (new List<Box>(), new List<int>(), new List<Box>());
        Add(sample, sample.Mixup?.Weight ?? 1);
        if (sample.Mixup is { } mixup)
            Add(mixup.Sample, 1 - mixup.Weight);
        var (width, height) = sample.Content;
        return new(sample.Images[0].Source, width, height, [.. boxes], [.. classes], [.. ignored]);

        void Add(TrainingSample part, double weight)
        {
            for (var i = 0; i < part.Images.Count; i++)
            {
                var (source, placement) = (part.Images[i].Source, part.Images[i].Placement);
                foreach (var annotation in source.Annotations)
                {
                    if (source.IsDegenerate(annotation))
                        continue;
                    var whole = placement.Apply(annotation.Box.ToCorners().Clip(source.Width, source.Height));
                    var visible = placement.Clip.Clip(whole);
                    if (!(visible.Width >= 1 && visible.Height >= 1))
                        continue;
                    // Rounding can put the edge of a box beyond that of its image, where it cannot be seen.
                    if (annotation.IsCrowd || weight < minVisible || visible.Area - CoveredArea(part, i, visible) < minVisible * placement.Extent.Clip(whole).Area)
                    {
                        ignored.Add(visible);
                        continue;
                    }

                    boxes.Add(visible);
                    classes.Add(annotation.Category);
                }
            }
        }
    }

    /// <summary>Computes the boxes of an image without augmentation, scaled to the input size.</summary>
    public static BatchImage Create(AnnotatedImage image, InputSize size, double minVisible = 0) =>
        Create(ImageAugmentation.Draw(AugmentationSettings.None, size, image, null, default), minVisible);

    // The area that images after the one at an index cover. Where several of them overlap, it is counted several times.
    private static float CoveredArea(TrainingSample sample, int image, Box box)
    {
        var area = 0f;
        for (var i = image + 1; i < sample.Images.Count; i++)
            area += sample.Images[i].Placement.Visible.Clip(box).Area;
        return area;
    }
}
