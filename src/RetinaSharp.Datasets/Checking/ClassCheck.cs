namespace RetinaSharp.Datasets.Checking;

/// <summary>Checks the classes of a dataset: without objects, rare, or out of balance. Readers report classes with similar names.</summary>
internal static class ClassCheck
{
    public static void Check(DetectionDataset dataset, DatasetCheckOptions options, ProblemLog log)
    {
        var counts = DatasetSummary.Create(dataset).Classes;
        if (counts.Count == 0)
        {
            log.AddError(dataset.Source, "categories", "there are no classes");
            return;
        }

        var most = counts.MaxBy(count => count.Boxes)!;
        if (most.Boxes == 0)
        {
            log.AddError(dataset.Source, "", "no image has a box: there is nothing to train or evaluate on");
            return;
        }

        var empty = counts.Where(count => count.Boxes == 0).Select(count => $"\"{count.Category.Name}\"").ToArray();
        if (empty.Length > 0)
            log.AddWarning(dataset.Source, "categories", $"no objects of {(empty.Length == 1 ? "class" : $"{empty.Length} classes:")} {Short(empty)}: a model cannot learn them, and they have no AP");
        var rare = counts.Where(count => count.Boxes > 0 && count.Boxes < options.MinObjectsPerClass).Select(count => $"\"{count.Category.Name}\" ({count.Boxes})").ToArray();
        if (rare.Length > 0)
            log.AddWarning(dataset.Source, "categories", $"fewer than {options.MinObjectsPerClass} objects of {Short(rare)}: their AP is a matter of chance; label more images with them");
        var outweighed = counts.Where(count => count.Boxes >= options.MinObjectsPerClass && most.Boxes > options.MaxImbalance * count.Boxes).Select(count => $"\"{count.Category.Name}\" ({count.Boxes})").ToArray();
        if (outweighed.Length > 0)
            log.AddWarning(dataset.Source, "categories", $"class \"{most.Category.Name}\" has {most.Boxes} objects, more than {options.MaxImbalance:0} times as many as {Short(outweighed)}: repeat images of rare classes, or label more");
    }

    private static string Short(string[] names) => string.Join(", ", names.Take(10)) + (names.Length > 10 ? $" and {names.Length - 10} more" : "");
}
