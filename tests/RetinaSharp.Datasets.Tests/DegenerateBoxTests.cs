using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets.Tests;

public sealed class DegenerateBoxTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, 0, 0, 10, true)]
    [InlineData(5, 5, 10, -1, true)]
    [InlineData(5, 5, double.NaN, 10, true)]
    [InlineData(double.NaN, 5, 10, 10, true)]
    [InlineData(double.NegativeInfinity, 5, double.PositiveInfinity, 10, true)]
    [InlineData(100, 5, 10, 10, true)]
    [InlineData(5, -10, 10, 10, true)]
    [InlineData(95, 75, 10, 10, false)]
    [InlineData(0, 0, .01, .01, false)]
    public void IsDegenerate_Box_IsTrueWithoutAreaInImage(double x, double y, double width, double height, bool expected)
    {
        var box = new Annotation { Id = 1, Category = 0, Box = new BoxXywh(x, y, width, height), Area = 1 };
        var image = new AnnotatedImage { Id = 1, FileName = "a", Path = "a", Width = 100, Height = 80, Annotations = [box] };

        Assert.Equal(expected, image.IsDegenerate(box));
    }

    [Fact]
    public void Open_KeepDegenerate_WarnsOnceWithCountAndFirstLocation()
    {
        var path = Coco("[1, 2, 3, 4]", "[0, 0, 0, 10]", "[5, 5, -3, 10]", "[100, 5, 10, 10]");

        var set = DetectionDataset.Open(path, new() { RequireImages = false, KeepDegenerate = true });

        Assert.Equal(4, set.Images[0].Annotations.Count);
        var problem = Assert.Single(set.Problems).ToString();
        Assert.StartsWith($"{path}: annotation 2 of image 7: box (x 0, y 0, width 0, height 10) has no area: training skips it, evaluation counts it", problem);
        Assert.EndsWith("the first of 3 degenerate boxes", problem);
    }

    [Fact]
    public void Open_YoloAndVocKeepDegenerate_WarnsOfFirst()
    {
        _folder.WriteImage("yolo/images/a.jpg");
        _folder.Write("yolo/classes.txt", "cat\n");
        _folder.Write("yolo/labels/a.txt", "0 .5 .5 .2 .2\n0 .5 .5 0 .2\n");
        _folder.WriteImage("voc/JPEGImages/a.jpg");
        _folder.Write("voc/Annotations/a.xml", """
            <annotation><filename>a.jpg</filename><size><width>100</width><height>80</height></size>
            <object><name>cat</name><bndbox><xmin>200</xmin><ymin>1</ymin><xmax>210</xmax><ymax>9</ymax></bndbox></object></annotation>
            """);

        var (yolo, voc) = (Open("yolo"), Open("voc"));

        Assert.Equal((2, 1), (yolo.Images[0].Annotations.Count, voc.Images[0].Annotations.Count));
        Assert.Contains("line 2: box (x 50, y 32, width 0, height 16) has no area: training skips it", Assert.Single(yolo.Problems).ToString());
        Assert.Contains("is outside of the image (100 x 80): training skips it", Assert.Single(voc.Problems).ToString());

        DetectionDataset Open(string name) => DetectionDataset.Open(_folder.At(name), new() { KeepDegenerate = true });
    }

    private string Coco(params string[] boxes) => _folder.Write("set.json", $$"""
        {"images": [{"id": 7, "file_name": "a.jpg", "width": 100, "height": 80}], "categories": [{"id": 1, "name": "cat"}],
         "annotations": [{{string.Join(", ", boxes.Select((box, i) => $$"""{"id": {{i + 1}}, "image_id": 7, "category_id": 1, "bbox": {{box}}, "area": 9, "iscrowd": 0}"""))}}]}
        """);
}
