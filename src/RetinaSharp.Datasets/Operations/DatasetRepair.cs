using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets.Operations;

/// <summary>
/// Repairs what needs no decision: boxes that are clipped, rotated or equal to another box, and images and boxes that cannot be used.
/// </summary>
public static class DatasetRepair
{
    /// <summary>Returns a repaired dataset.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="decode">
    /// Decodes an image file whose last bytes are not those of a complete file, and returns the reason why that fails, or null. Null: such files are left out.
    /// </param>
    /// <returns>
    /// The dataset without images that cannot be used, without boxes that have no area or equal another box of their class, with boxes clipped to the image,
    /// and with boxes rotated that were annotated on the stored pixels of an image with an EXIF orientation; and what was changed, with counts.
    /// </returns>
    public static (DetectionDataset Dataset, IReadOnlyList<DatasetProblem> Changes) Repair(DetectionDataset dataset, Func<ImageFile, string?>? decode = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var (rotated, dropped, clipped, equal) = (0, 0, 0, 0);
        var images = new List<AnnotatedImage>();
        var candidates = dataset.Images.Select(image => Rotate(image, ref rotated)).ToArray();
        var bad = ImageVerification.FindBadImages(dataset with { Images = candidates }, decode).Select(image => image.Index).ToHashSet();
        for (var i = 0; i < candidates.Length; i++)
        {
            if (bad.Contains(i))
                continue;
            var image = candidates[i];
            var seen = new HashSet<(int, BoxXywh)>();
            var annotations = new List<Annotation>();
            foreach (var annotation in image.Annotations)
            {
                if (image.IsDegenerate(annotation))
                {
                    dropped++;
                    continue;
                }

                if (!annotation.IsCrowd && !seen.Add((annotation.Category, annotation.Box)))
                {
                    equal++;
                    continue;
                }

                var box = Clip(annotation.Box, image);
                clipped += box == annotation.Box ? 0 : 1;
                annotations.Add(box == annotation.Box ? annotation : annotation with { Box = box, Area = Math.Min(annotation.Area, box.Area) });
            }

            images.Add(image with { Annotations = annotations });
        }

        var changes = new List<DatasetProblem>();
        Add(bad.Count, "images cannot be used: left out");
        Add(rotated, "images were annotated on their stored pixels: boxes rotated by the EXIF orientation");
        Add(dropped, "boxes have no area or are outside of their image: removed");
        Add(equal, "boxes equal another box of their class: removed");
        Add(clipped, "boxes extend beyond their image: clipped");
        return (dataset with { Images = images, Problems = [] }, changes);

        void Add(int count, string what)
        {
            if (count > 0)
                changes.Add(new(dataset.Source, "", $"{count} {what}"));
        }
    }

    private static BoxXywh Clip(BoxXywh box, AnnotatedImage image)
    {
        if (image.Width < 1 || image.Height < 1)
            return box;
        var (left, top) = (Math.Max(0, box.X), Math.Max(0, box.Y));
        var (right, bottom) = (Math.Min(image.Width, box.X + box.Width), Math.Min(image.Height, box.Y + box.Height));
        return left == box.X && top == box.Y && right == box.X + box.Width && bottom == box.Y + box.Height ? box : new(left, top, right - left, bottom - top);
    }

    /// <summary>Rotates the boxes of an image whose annotated size is that of the stored pixels, and not of the upright image.</summary>
    private static AnnotatedImage Rotate(AnnotatedImage image, ref int count)
    {
        if (!image.File.Exists || TryReadHeader(image.File) is not { Orientation: >= 5 } header
            || (header.Width, header.Height) != (image.Width, image.Height) || header.Width == header.Height)
            return image;
        count++;
        return image with
        {
            Width = header.OrientedWidth,
            Height = header.OrientedHeight,
            Annotations = [.. image.Annotations.Select(annotation => annotation with { Box = Transpose(annotation.Box, header) })],
        };
    }

    // Orientations 5 to 8 swap the axes: 5 transposes, 6 rotates clockwise, 7 transposes along the other diagonal, 8 rotates counterclockwise.
    private static BoxXywh Transpose(BoxXywh box, ImageHeader header)
    {
        var x = header.Orientation is 6 or 7 ? header.Height - box.Y - box.Height : box.Y;
        var y = header.Orientation is 7 or 8 ? header.Width - box.X - box.Width : box.X;
        return new(x, y, box.Height, box.Width);
    }

    private static ImageHeader? TryReadHeader(ImageFile file)
    {
        try
        {
            return ImageHeader.Read(file);
        }
        catch (DatasetException)
        {
            // Found as a bad image.
            return null;
        }
    }
}
