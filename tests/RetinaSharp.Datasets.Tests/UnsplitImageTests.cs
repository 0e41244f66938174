using RetinaSharp.Datasets.Checking;
using RetinaSharp.Datasets.Tests.Writing;
using RetinaSharp.Datasets.Writing;

namespace RetinaSharp.Datasets.Tests;

public sealed class UnsplitImageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Check_ImagesInNoSplit_AreCheckedToo()
    {
        DatasetWriter.WriteSplits([new("train", Set("1.jpg")), new("val", Set("2.jpg")), new("extra", Set("3.jpg", "4.jpg"))], _folder.At("set"), DatasetFormat.LabelMe);
        var bad = _folder.Write("set/extra/4.jpg", "no image");
        // Their images are then found by the names in the files, which is counted.
        File.Move(_folder.At("set", "train", "1.json"), _folder.At("set", "train", "a.json"));
        File.Move(_folder.At("set", "extra", "3.json"), _folder.At("set", "extra", "b.json"));

        var result = DatasetChecker.Check(_folder.At("set"));

        Assert.Equal([($"{_folder.At("set")}#train", 1), ($"{_folder.At("set")}#val", 1), (_folder.At("set"), 2)], result.Datasets.Select(dataset => (dataset.Source, dataset.Images.Count)));
        Assert.Equal(bad, Assert.Single(result.Problems, problem => problem.Severity == ProblemSeverity.Error).File);
        Assert.StartsWith("no image has the name of the annotation file: using 1.jpg", Assert.Single(result.Problems, problem => problem.Reason.Contains("the name of the annotation file")).Reason);
        Assert.Contains(result.Problems, problem => problem.File == _folder.At("set", "extra", "3.jpg") && problem.Reason.Contains("is the same file as"));
    }

    [Fact]
    public void Check_MissingImages_AreReportedOnce()
    {
        DatasetWriter.WriteSplits([new("train", Set("1.jpg")), new("val", Set("2.jpg")), new("extra", Set("3.jpg", "4.jpg"))], _folder.At("set"), DatasetFormat.LabelMe);
        Directory.Delete(_folder.At("source"), recursive: true);
        File.Delete(_folder.At("set", "val", "2.jpg"));
        File.Delete(_folder.At("set", "extra", "4.jpg"));

        var errors = DatasetChecker.Check(_folder.At("set")).Problems.Where(problem => problem.Severity == ProblemSeverity.Error);

        Assert.Collection(errors, error => Assert.Contains("2.jpg\" not found", error.Reason), error => Assert.Contains("4.jpg\" not found", error.Reason));
    }

    private DetectionDataset Set(params string[] names) =>
        new() { Source = "", Categories = [new(1, "horse")], Images = [.. names.Select((name, i) => _folder.Image(i + 1, name, WrittenSets.Object(i + 1, 0, 10, 10, 40, 30)))] };
}
