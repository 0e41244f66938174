using RetinaSharp.Datasets.Operations;
using RetinaSharp.Datasets.Tests.Writing;
using static RetinaSharp.Datasets.Tests.Writing.WrittenSets;

namespace RetinaSharp.Datasets.Tests.Operations;

public sealed class DatasetMergerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Merge_TwoDatasets_JoinsClassesByNameAndRenumbers()
    {
        var first = new DetectionDataset { Source = "first", Categories = [new(3, "cat"), new(9, "dog")], Images = [Image(7, "a.jpg", 1, Object(5, 1, 1, 1, 9, 9))] };
        var second = new DetectionDataset { Source = "second", Categories = [new(1, "dog"), new(2, "bird"), new(30, "Cat")], Images = [Image(7, "a.jpg", 2, Object(5, 0, 2, 1, 9, 9), Object(6, 1, 3, 1, 9, 9)), Image(8, "b.jpg", 3)] };

        var merged = DatasetMerger.Merge([first, second]);

        Assert.Equal([new(3, "cat"), new(9, "dog"), new(10, "bird"), new(30, "Cat")], merged.Categories);
        Assert.Equal([1, 2, 3], merged.Images.Select(image => image.Id));
        Assert.Equal([(1L, 1), (2, 1), (3, 2)], merged.Images.SelectMany(image => image.Annotations).Select(annotation => (annotation.Id, annotation.Category)));
        Assert.Contains("\"cat\", \"Cat\" differ only in case", Assert.Single(merged.Problems).Reason);
        Assert.Equal(7, first.Images[0].Id);
    }

    [Fact]
    public void Merge_ImagesWithTheSameContent_AreReported()
    {
        var first = new DetectionDataset { Source = "first", Categories = [new(3, "cat")], Images = [Image(7, "a.jpg", 1)] };
        var second = new DetectionDataset { Source = "second", Categories = [new(3, "cat")], Images = [Image(7, "b.jpg", 2), Image(8, "c.jpg", 1)] };

        var merged = DatasetMerger.Merge([first, second]);

        var problem = Assert.Single(merged.Problems);
        Assert.Equal((second.Images[1].Path, ProblemSeverity.Warning), (problem.File, problem.Severity));
        Assert.Contains(first.Images[0].Path, problem.Reason);
        Assert.Equal(3, merged.Images.Count);
    }

    private AnnotatedImage Image(long id, string name, int content, params Annotation[] annotations)
    {
        var image = _folder.Image(id, $"{content}/{name}", annotations) with { FileName = name };
        File.AppendAllText(image.Path, content.ToString());
        return image;
    }
}
