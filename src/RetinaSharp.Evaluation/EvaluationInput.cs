using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation;

/// <summary>Sorts truth and detections by class.</summary>
internal static class EvaluationInput
{
    /// <summary>The classes by rising id, each with its boxes, by rising image id.</summary>
    public static ClassInput[] Group(DetectionDataset truth, IReadOnlyList<DetectionResult> detections)
    {
        AnnotatedImage[] images = [.. ById(truth)];
        var truths = GroupTruths(truth.Categories.Count, images);
        var found = GroupDetections(truth, images, detections);
        return [.. ClassesById(truth).Select(index => new ClassInput(truth.Categories[index], images.Length, truths[index], found[index]))];
    }

    /// <summary>For each class of <see cref="Group"/> the annotations that its boxes are of, in the same order.</summary>
    public static IReadOnlyList<IReadOnlyList<Annotation>> Annotations(DetectionDataset truth)
    {
        var byClass = ById(truth).SelectMany(image => image.Annotations).ToLookup(annotation => annotation.Category);
        return [.. ClassesById(truth).Select(index => byClass[index].ToArray())];
    }

    private static IEnumerable<int> ClassesById(DetectionDataset truth) =>
        Enumerable.Range(0, truth.Categories.Count).OrderBy(index => truth.Categories[index].Id);

    private static IEnumerable<AnnotatedImage> ById(DetectionDataset truth) => truth.Images.OrderBy(image => image.Id);

    private static ArraySegment<ClassTruth>[] GroupTruths(int categories, AnnotatedImage[] images)
    {
        var counts = new int[categories];
        foreach (var image in images)
        {
            foreach (var annotation in image.Annotations)
                counts[annotation.Category]++;
        }

        var groups = Groups<ClassTruth>(counts);
        for (var place = 0; place < images.Length; place++)
        {
            foreach (var annotation in images[place].Annotations)
            {
                Add(groups, counts, annotation.Category, new(
                    place, annotation.Box, annotation.Area, annotation.IsCrowd, CountsAsMatch: annotation.Id != 0));
            }
        }

        return groups;
    }

    private static ArraySegment<ClassDetection>[] GroupDetections(
        DetectionDataset truth, AnnotatedImage[] images, IReadOnlyList<DetectionResult> detections)
    {
        var imageOf = new Dictionary<long, int>(images.Length);
        for (var place = 0; place < images.Length; place++)
            imageOf.Add(images[place].Id, place);
        var categoryOf = new Dictionary<long, int>(truth.Categories.Count);
        for (var index = 0; index < truth.Categories.Count; index++)
            categoryOf.Add(truth.Categories[index].Id, index);

        var places = new (int Image, int Category)[detections.Count];
        var counts = new int[truth.Categories.Count];
        for (var i = 0; i < places.Length; i++)
        {
            var detection = detections[i];
            if (!imageOf.TryGetValue(detection.ImageId, out var image))
            {
                throw new DatasetException("detections", $"item {i}",
                    $"the results are of another set: image id {detection.ImageId} is not in {truth.Source}. Give the annotation file "
                    + "of the images that the detector was run on");
            }

            var category = categoryOf.GetValueOrDefault(detection.CategoryId, -1);
            places[i] = (image, category);
            if (category >= 0)
                counts[category]++;
        }

        var groups = Groups<ClassDetection>(counts);
        for (var i = 0; i < places.Length; i++)
        {
            if (places[i].Category < 0)
                continue;
            var detection = detections[i];
            Add(groups, counts, places[i].Category, new(detection.Score, places[i].Image, i, detection.Box));
        }

        return groups;
    }

    /// <summary>Empty groups that lie one behind the other in one array; the counts are set to 0, to be used by Add.</summary>
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
