namespace RetinaSharp.Datasets.Writing;

/// <summary>Finds the information of a dataset that a format cannot hold.</summary>
internal static class LossReport
{
    // Relative difference of areas that counts as equal: areas of boxes that went through text.
    private const double AreaTolerance = 1e-6;

    /// <summary>Returns one warning for each kind of information that is lost.</summary>
    /// <param name="path">Path of the dataset that is written.</param>
    /// <param name="writer">The format.</param>
    /// <param name="splits">The splits, with the same classes.</param>
    public static List<DatasetProblem> Find(string path, IFormatWriter writer, IReadOnlyList<DatasetSplit> splits)
    {
        var losses = new List<DatasetProblem>();
        var categories = splits[0].Dataset.Categories;
        var images = splits.SelectMany(split => split.Dataset.Images).ToArray();
        var annotations = images.SelectMany(image => image.Annotations).ToArray();

        if (!Has(FormatFeatures.Crowds))
            Add(annotations.Count(annotation => annotation.IsCrowd), "crowd is", "crowds are", "written as ordinary boxes: the format has no flag for crowds");
        if (!Has(FormatFeatures.Difficult))
            Add(annotations.Count(annotation => annotation.IsDifficult), "difficult object is", "difficult objects are", "written as ordinary boxes: the format has no flag for difficult objects");
        if (!Has(FormatFeatures.Areas))
            Add(annotations.Count(HasOwnArea), "area is", "areas are", "lost: the format has boxes only, so that the area of an object is that of its box");
        if (!Has(FormatFeatures.BoxesBeyondImages))
        {
            var faults = images.SelectMany(image => image.Annotations.Select(annotation => BoxCheck.Find(annotation.Box, image.Width, image.Height))).ToArray();
            Add(faults.Count(fault => fault == BoxFault.OverBorder), "box is", "boxes are", "clipped to the image: the format has no boxes beyond it");
            Add(faults.Count(fault => fault == BoxFault.Outside), "box is", "boxes are", "left out: the format has no boxes outside of the image");
        }

        if (!Has(FormatFeatures.NegativeSizes))
            Add(annotations.Count(annotation => annotation.Box.Width < 0 || annotation.Box.Height < 0), "box is", "boxes are", "left out: the format has no boxes of negative size");

        if (!Has(FormatFeatures.UnknownSizes))
            Add(images.Count(image => image.Width == 0 || image.Height == 0), "image has", "images have", "no size in the dataset, and no image file that gives it: written as 0 x 0");
        AddClasses();
        AddIds();
        return losses;

        bool Has(FormatFeatures feature) => writer.Features.HasFlag(feature);

        void Add(int count, string one, string many, string reason)
        {
            if (count > 0)
                losses.Add(new(path, "", $"{count} {(count == 1 ? one : many)} {reason}"));
        }

        void AddClasses()
        {
            if (!Has(FormatFeatures.EqualClassNames))
            {
                Add(categories.Count - categories.DistinctBy(category => category.Name).Count(), "class is", "classes are", "merged with another class of the same name: the format knows classes by their names");
            }

            if (!Has(FormatFeatures.AnyClassName))
                Add(categories.Count(category => XmlNames.Clean(category.Name) != category.Name), "class name has", "class names have", "characters that XML cannot hold: they are replaced");
            if (Has(FormatFeatures.ClassList))
                return;
            var used = annotations.Select(annotation => annotation.Category).ToHashSet();
            var unused = categories.Where((_, i) => !used.Contains(i)).Select(category => category.Name).ToArray();
            const int shown = 8;
            Add(unused.Length, "class has", "classes have", $"no boxes and are lost: the format has no list of classes ({string.Join(", ", unused.Take(shown))}{(unused.Length > shown ? ", …" : "")})");
            var names = categories.Where((_, i) => used.Contains(i)).Select(category => category.Name).ToArray();
            if (!names.SequenceEqual(names.Order(StringComparer.Ordinal)))
                losses.Add(new(path, "", "the order of the classes is lost: readers of the format sort them by name"));
        }

        void AddIds()
        {
            if (Has(FormatFeatures.Ids))
            {
                // Strings became numbers when the dataset was read.
                Add(splits.Sum(split => split.Dataset.ImageIds.Count), "image id is a string and is", "image ids are strings and are", "written as numbers");
                Add(splits.Sum(split => split.Dataset.CategoryIds.Count), "class id is a string and is", "class ids are strings and are", "written as numbers");
                return;
            }

            const string reason = "lost: the format has no ids, and results that name them do not fit";
            Add(CountIds([.. splits.Select(split => split.Dataset.Images.Select(image => image.Id).ToArray())]), "image id is", "image ids are", reason);
            Add(CountIds([.. splits.Select(split => split.Dataset.Images.SelectMany(image => image.Annotations).Select(annotation => annotation.Id).ToArray())]), "annotation id is", "annotation ids are", reason);
            var first = categories.Count > 0 && categories[0].Id == 0 ? 0 : 1;
            Add(categories.Where((category, i) => category.Id != i + first).Count(), "class id is", "class ids are", reason);
        }
    }

    /// <summary>
    /// Returns the number of ids that are not those of their position, which readers give to data without ids: in their split, or in all
    /// splits together.
    /// </summary>
    private static int CountIds(long[][] idsOfSplits)
    {
        var together = idsOfSplits.SelectMany(ids => ids).Order().Where((id, i) => id != i + 1).Count();
        return together == 0 ? 0 : idsOfSplits.Sum(ids => ids.Where((id, i) => id != i + 1).Count());
    }

    private static bool HasOwnArea(Annotation annotation) =>
        Math.Abs(annotation.Area - annotation.Box.Area) > AreaTolerance * Math.Max(1, Math.Abs(annotation.Box.Area));
}
