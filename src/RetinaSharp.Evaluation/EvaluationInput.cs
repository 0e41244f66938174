using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>Groups ground truth and detections by class, as input of the evaluation.</summary>
internal static class EvaluationInput
{
    /// <summary>
    /// Returns one <see cref="ClassInput"/> per class, by ascending category id. The ground truth boxes of a class are sorted by image id, its detections
    /// are in input order. Detections of categories that the ground truth does not have are left out.
    /// </summary>
    public static ClassInput[] Group(DetectionDataset groundTruth, IReadOnlyList<DetectionResult> detections)
    {
        AnnotatedImage[] images = [.. ById(groundTruth)];
        var groundTruths = GroupGroundTruths(groundTruth.Categories.Count, images);
        var classDetections = GroupDetections(groundTruth, images, detections);
        return [.. ClassesById(groundTruth).Select(index => new ClassInput(groundTruth.Categories[index], images.Length, groundTruths[index], classDetections[index]))];
    }

    /// <summary>Returns the annotations of each class, in the order of the classes and ground truth boxes that <see cref="Group"/> returns.</summary>
    public static IReadOnlyList<IReadOnlyList<Annotation>> Annotations(DetectionDataset groundTruth)
    {
        var byClass = ById(groundTruth).SelectMany(image => image.Annotations).ToLookup(annotation => annotation.Category);
        return [.. ClassesById(groundTruth).Select(index => byClass[index].ToArray())];
    }

    private static IEnumerable<int> ClassesById(DetectionDataset groundTruth) =>
        Enumerable.Range(0, groundTruth.Categories.Count).OrderBy(index => groundTruth.Categories[index].Id);

    private static IEnumerable<AnnotatedImage> ById(DetectionDataset groundTruth) => groundTruth.Images.OrderBy(image => image.Id);

    private static ArraySegment<ClassGroundTruth>[] GroupGroundTruths(int categories, AnnotatedImage[] images)
    {
        var counts = new int[categories];
        foreach (var image in images)
        {
            foreach (var annotation in image.Annotations)
                counts[annotation.Category]++;
        }

        var groups = Groups<ClassGroundTruth>(counts);
        for (var index = 0; index < images.Length; index++)
        {
            foreach (var annotation in images[index].Annotations)
            {
                Add(groups, counts, annotation.Category, new(
                    index, annotation.Box, annotation.Area, annotation.IsCrowd, CountsAsMatch: annotation.Id != 0));
            }
        }

        return groups;
    }

    private static ArraySegment<ClassDetection>[] GroupDetections(
        DetectionDataset groundTruth, AnnotatedImage[] images, IReadOnlyList<DetectionResult> detections)
    {
        var imageOf = new Dictionary<long, int>(images.Length);
        for (var index = 0; index < images.Length; index++)
            imageOf.Add(images[index].Id, index);
        var categoryOf = new Dictionary<long, int>(groundTruth.Categories.Count);
        for (var index = 0; index < groundTruth.Categories.Count; index++)
            categoryOf.Add(groundTruth.Categories[index].Id, index);

        var indices = new (int Image, int Category)[detections.Count];
        var counts = new int[groundTruth.Categories.Count];
        for (var i = 0; i < indices.Length; i++)
        {
            var detection = detections[i];
            if (!imageOf.TryGetValue(detection.ImageId, out var image))
            {
                throw new DatasetException("detections", $"item {i}",
                    $"the detections are of another dataset: image id {detection.ImageId} is not in {groundTruth.Source}. Use the annotation file "
                    + "of the images that the detector was run on");
            }

            var category = categoryOf.GetValueOrDefault(detection.CategoryId, -1);
            indices[i] = (image, category);
            if (category >= 0)
                counts[category]++;
        }

        var groups = Groups<ClassDetection>(counts);
        for (var i = 0; i < indices.Length; i++)
        {
            if (indices[i].Category < 0)
                continue;
            var detection = detections[i];
            Add(groups, counts, indices[i].Category, new(detection.Score, indices[i].Image, i, detection.Box));
        }

        return groups;
    }

    /// <summary>
    /// Returns one segment of a new array for each count, of that length. Resets the counts to 0, so that <see cref="Add"/> can count the elements that
    /// are filled.
    /// </summary>
    private static ArraySegment<T>[] Groups<T>(int[] counts)
    {
        var all = new T[counts.Sum()];
        var groups = new ArraySegment<T>[counts.Length];
        var start = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            groups[i] = new(all, start, counts[i]);
            start += counts[i];
        }

        Array.Clear(counts);
        return groups;
    }

    private static void Add<T>(ArraySegment<T>[] groups, int[] filled, int group, T item) => groups[group].AsSpan()[filled[group]++] = item;
}
