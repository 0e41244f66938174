using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Replaces large images by samples of sliced training: the whole image and its overlapping slices, the same regions that sliced inference uses. Everything is
/// a function of the seed and the dataset.
/// </summary>
/// <param name="tile">Side of the slices in pixels of the image.</param>
/// <param name="minVisible">
/// Minimum fraction of a box that a slice must contain, at least <see cref="MinVisibleInSlice"/>. A box with less is an ignored region of the slice.
/// </param>
/// <param name="seed">Seed of the choice of slices without objects.</param>
internal sealed class TrainingTiles(int tile, double minVisible, long seed)
{
    /// <summary>Lower bound of the minimum visible fraction of a box. Smaller pieces of an object cannot be recognized.</summary>
    public const double MinVisibleInSlice = .3;

    private readonly ImageSlices _slices = new(tile);
    private readonly double _minVisible = Math.Max(minVisible, MinVisibleInSlice);

    /// <summary>Creates the slicing that settings specify; null if they specify whole images.</summary>
    public static TrainingTiles? Create(RunSettings settings) =>
        settings.Tile is { } tile ? new(tile, settings.Augmentation.MinVisible, settings.Training.Seed) : null;

    /// <summary>Returns the regions of an image: the whole image, then its slices.</summary>
    public IReadOnlyList<ImageRegion> Plan(AnnotatedImage image) => _slices.Plan(image.Width, image.Height);

    /// <summary>
    /// Returns the samples of all images: for each image the whole image, all slices with objects, and as many slices without objects as there are with
    /// objects, but at least one. The slices without objects are drawn at random.
    /// </summary>
    /// <exception cref="DatasetException">The size of an image is unknown.</exception>
    public DetectionDataset Slice(DetectionDataset set)
    {
        ImageSizes.RequireKnown(set.Images);
        return set with { Images = [.. set.Images.SelectMany((image, index) => Slice(image, index))] };
    }

    /// <summary>
    /// Returns a region of an image as a sample. Boxes are moved and clipped to the region. Boxes without visible part are left out; those of which too little
    /// is visible become ignored regions. If the region is the whole image and the image is larger than a slice, small objects become ignored regions, too:
    /// sliced inference detects them in the slices, and ignores detections of them in the whole image.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="region">One of the regions of <see cref="Plan"/>.</param>
    public AnnotatedImage Cut(AnnotatedImage image, ImageRegion region)
    {
        if ((region.Width, region.Height) == (image.Width, image.Height))
            return Math.Max(image.Width, image.Height) <= tile ? image : image with { Annotations = [.. image.Annotations.Select(IgnoreIfSmall)] };
        return image with
        {
            Crop = region with { X = region.X + (image.Crop?.X ?? 0), Y = region.Y + (image.Crop?.Y ?? 0) },
            Width = region.Width,
            Height = region.Height,
            Annotations = [.. image.Annotations.Where(annotation => !image.IsDegenerate(annotation)).Select(annotation => Cut(annotation, image, region)).OfType<Annotation>()],
        };
    }

    /// <summary>Returns whether a sample has an object to learn, not only ignored regions.</summary>
    public static bool HasObjects(AnnotatedImage sample) => sample.Annotations.Any(annotation => !annotation.IsCrowd);

    private IEnumerable<AnnotatedImage> Slice(AnnotatedImage image, int index)
    {
        AnnotatedImage[] samples = [.. Plan(image).Select(region => Cut(image, region))];
        var empty = Enumerable.Range(1, samples.Length - 1).Where(slice => !HasObjects(samples[slice])).ToArray();
        var maxEmpty = Math.Max(1, samples.Length - 1 - empty.Length);
        new RandomStream(seed, "slices", index).Shuffle<int>(empty);
        var left = empty.Skip(maxEmpty).ToHashSet();
        return samples.Where((_, slice) => !left.Contains(slice));
    }

    private Annotation IgnoreIfSmall(Annotation annotation) =>
        annotation.Box.Width <= _slices.MaxCompleteObjectSize && annotation.Box.Height <= _slices.MaxCompleteObjectSize ? annotation with { IsCrowd = true } : annotation;

    private Annotation? Cut(Annotation annotation, AnnotatedImage image, ImageRegion region)
    {
        var whole = Clip(annotation.Box, new(0, 0, image.Width, image.Height));
        var visible = Clip(whole, region);
        if (!(visible.Width > 0 && visible.Height > 0))
            return null;
        var share = visible.Width * visible.Height / (whole.Width * whole.Height);
        return annotation with
        {
            Box = visible with { X = visible.X - region.X, Y = visible.Y - region.Y },
            Area = annotation.Area * share,
            IsCrowd = annotation.IsCrowd || share < _minVisible,
        };
    }

    private static BoxXywh Clip(BoxXywh box, ImageRegion region)
    {
        var (x, width) = Clip(box.X, box.Width, region.X, region.Width);
        var (y, height) = Clip(box.Y, box.Height, region.Y, region.Height);
        return new(x, y, width, height);
    }

    // The length of a side that is not clipped keeps its last bits.
    private static (double Start, double Length) Clip(double start, double length, int from, int size)
    {
        if (start >= from && start + length <= from + size)
            return (start, length);
        var (first, end) = (Math.Max(start, from), Math.Min(start + length, (double)from + size));
        return (first, end - first);
    }
}
