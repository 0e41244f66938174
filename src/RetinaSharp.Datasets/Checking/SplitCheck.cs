namespace RetinaSharp.Datasets.Checking;

/// <summary>Compares the classes of the splits of a dataset.</summary>
internal static class SplitCheck
{
    public static void Check(IReadOnlyList<DetectionDataset> splits, ProblemLog log)
    {
        if (splits.Count < 2)
            return;
        var classes = splits.Select(split => DatasetSummary.Create(split).Classes.Where(count => count.Boxes > 0).Select(count => count.Category.Name).ToHashSet()).ToArray();
        var train = splits[0];
        for (var i = 1; i < splits.Count; i++)
        {
            if (!splits[i].Categories.Select(category => category.Name).SequenceEqual(train.Categories.Select(category => category.Name)))
                log.AddWarning(splits[i].Source, "categories", $"the list of classes is not that of {train.Source}: classes are matched by name");
            Report(classes[i].Except(classes[0]), splits[i], train, "cannot be learned");
            Report(classes[0].Except(classes[i]), train, splits[i], "are not evaluated there");
        }

        void Report(IEnumerable<string> names, DetectionDataset has, DetectionDataset lacks, string consequence)
        {
            string[] quoted = [.. names.Order(StringComparer.Ordinal).Select(name => $"\"{name}\"")];
            if (quoted.Length > 0)
                log.AddWarning(has.Source, "categories", $"objects of {string.Join(", ", quoted.Take(10))}{(quoted.Length > 10 ? $" and {quoted.Length - 10} more classes" : "")} are not in {lacks.Source}: they {consequence}; split again by class");
        }
    }
}
