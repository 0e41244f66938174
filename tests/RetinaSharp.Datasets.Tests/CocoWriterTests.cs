using System.Text;

namespace RetinaSharp.Datasets.Tests;

public sealed class CocoWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static DetectionDataset Set => new()
    {
        Source = "anywhere",
        Categories = [new(2, "chien \"grand\" ü"), new(9, "cat")],
        Images =
        [
            new()
            {
                Id = 40_000_000_000,
                FileName = "b/ä.jpg",
                Path = "unused",
                Width = 100,
                Height = 80,
                Annotations =
                [
                    new() { Id = 8, Category = 1, Box = new(1 / 3d, 2, 30.1, 4e-7), Area = 99.123456789012345, IsCrowd = true },
                    new() { Id = 3, Category = 0, Box = new(-1, 0, 10, 10), Area = 100, IsDifficult = true },
                ],
            },
            new() { Id = 1, FileName = "a.jpg", Path = "unused", Width = 0, Height = 0, Annotations = [] },
        ],
    };

    [Fact]
    public void Write_ThenOpen_RoundTrips()
    {
        CocoWriter.Write(_folder.At("set.json"), Set, "why");

        var read = DetectionDataset.Open(_folder.At("set.json"), new() { RequireImages = false, KeepDegenerate = true });

        Assert.Equal(Set.Categories, read.Categories);
        Assert.Equal(Set.Images.Select(image => image with { Annotations = [], Path = "" }), read.Images.Select(image => image with { Annotations = [], Path = "" }));
        Assert.Equal(Set.Images.Select(image => image.Annotations), read.Images.Select(image => image.Annotations));
    }

    [Fact]
    public void Write_EqualDatasets_GivesIdenticalBytes()
    {
        CocoWriter.Write(_folder.At("one.json"), Set);
        CocoWriter.Write(_folder.At("two.json"), Set);

        Assert.Equal(File.ReadAllBytes(_folder.At("one.json")), File.ReadAllBytes(_folder.At("two.json")));
    }

    [Fact]
    public void Write_RegionOfAFile_Throws()
    {
        var set = Set with { Images = [Set.Images[0], Set.Images[1] with { Crop = new(0, 0, 5, 5) }] };

        Assert.Contains("Image 1 is a region of a.jpg", Assert.Throws<ArgumentException>(() => CocoWriter.Write(new MemoryStream(), set)).Message);
    }

    [Fact]
    public void Write_SmallDataset_MatchesCocoFormat()
    {
        using var stream = new MemoryStream();
        CocoWriter.Write(stream, new()
        {
            Source = "",
            Categories = [new(1, "cat")],
            Images = [new() { Id = 7, FileName = "a.png", Path = "", Width = 10, Height = 20, Annotations = [new() { Id = 1, Category = 0, Box = new(1, 2, 3.5, 4), Area = 14 }] }],
        }, "d");

        Assert.Equal(
            """{"info":{"description":"d"},"images":[{"id":7,"file_name":"a.png","width":10,"height":20}],"annotations":[{"id":1,"image_id":7,"category_id":1,"bbox":[1,2,3.5,4],"area":14,"iscrowd":0}],"categories":[{"id":1,"name":"cat"}]}""",
            Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public void Write_NonFiniteNumber_KeepsOldFileAndNoTemporaryFile()
    {
        var path = _folder.Write("set.json", "old");
        var bad = new DetectionDataset
        {
            Source = "",
            Categories = [new(1, "cat")],
            Images = [Set.Images[0] with { Annotations = [new() { Id = 1, Category = 0, Box = new(1, 2, double.NaN, 4), Area = 14 }] }],
        };

        Assert.Throws<ArgumentException>(() => CocoWriter.Write(path, bad));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public void Open_DifficultThatIsNotAFlag_IsIgnored()
    {
        var path = _folder.Write("set.json", """
            {"images": [{"id": 1, "width": 9, "height": 9}], "categories": [{"id": 1, "name": "cat"}],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2], "difficult": {"by": [1]}},
                             {"id": 2, "image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2], "difficult": true}]}
            """);

        var set = DetectionDataset.Open(path, new() { RequireImages = false });

        Assert.Equal([false, true], set.Images[0].Annotations.Select(annotation => annotation.IsDifficult));
    }
}
