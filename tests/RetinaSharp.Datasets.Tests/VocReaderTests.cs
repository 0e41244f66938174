using RetinaSharp.Boxes;

namespace RetinaSharp.Datasets.Tests;

public sealed class VocReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_Folder_GivesBoxesAsWritten()
    {
        _folder.WriteImage("JPEGImages/a.jpg");
        WriteXml("a", Object(" dog ", "1.5", "2", "31", "42", "<difficult>1</difficult><part><name>head</name><bndbox><xmin>9</xmin></bndbox></part>")
            + Object("cat", "0", "0", "100", "80"));
        var set = DetectionDataset.Open(_folder.Root);
        Assert.Equal([new(1, "cat"), new(2, "dog")], set.Categories);
        var image = Assert.Single(set.Images);
        Assert.Equal((1, "a.jpg", 100, 80), (image.Id, image.FileName, image.Width, image.Height));
        Assert.Equal(
            [
                new Annotation { Id = 1, Category = 1, Box = new(1.5, 2, 29.5, 40), Area = 1180, IsDifficult = true },
                new Annotation { Id = 2, Category = 0, Box = new(0, 0, 100, 80), Area = 8000 },
            ],
            image.Annotations);
        Assert.Empty(set.Problems);
    }

    [Fact]
    public void Open_Splits_ShareClassesAndKeepOrder()
    {
        foreach (var (name, label) in new[] { ("a", "x"), ("b", "y"), ("c", "z") })
        {
            _folder.WriteImage($"JPEGImages/{name}.jpg");
            WriteXml(name, Object(label, "1", "1", "9", "9"));
        }

        _folder.Write("ImageSets/Main/trainval.txt", "\uFEFFc\r\na.jpg\r\n\r\n");
        _folder.Write("ImageSets/Main/y_test.txt", "b  1\n");
        var train = DetectionDataset.Open(_folder.Root);
        var test = DetectionDataset.Open(_folder.Root + "#y_test");
        Assert.Equal(["c.jpg", "a.jpg"], train.Images.Select(image => image.FileName));
        Assert.Equal(["b.jpg"], test.Images.Select(image => image.FileName));
        Assert.Equal(train.Categories, test.Categories);
        Assert.Equal(["x", "y", "z"], train.Categories.Select(category => category.Name));
    }

    [Theory]
    [InlineData("a\nb\n", "line 2: \"b\" has no XML file")]
    [InlineData("a\na\n", "line 2: \"a\" is listed twice")]
    public void Open_BadList_ThrowsWithLine(string list, string reason)
    {
        _folder.WriteImage("JPEGImages/a.jpg");
        WriteXml("a", "");
        _folder.Write("ImageSets/Main/train.txt", list);
        Assert.Contains(reason, Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root + "#train")).Message);
        Assert.Contains("available splits: train", Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root + "#test")).Message);
    }

    [Theory]
    [InlineData("a", "a.png", false)]
    [InlineData("a.jpg", "a.png", false)]
    [InlineData("other.jpg", "a.png", true)]
    [InlineData("", "a.png", false)]
    [InlineData(@"C:\pictures\a.png", "a.png", false)]
    public void Open_WrongFilenameElement_UsesNameOfXmlFile(string fileName, string expected, bool reported)
    {
        _folder.Write("JPEGImages/a.png", ImageBytes.Png(100, 80));
        _folder.WriteImage("JPEGImages/other.jpg");
        WriteXml("a", Object("x", "1", "1", "9", "9"), fileName);
        var set = DetectionDataset.Open(_folder.Root);
        Assert.Equal(expected, set.Images[0].FileName);
        Assert.Equal(reported ? 1 : 0, set.Problems.Count);
    }

    [Fact]
    public void Open_ImageWithOtherName_IsFoundByFilenameElement()
    {
        _folder.WriteImage("JPEGImages/b.jpg");
        WriteXml("a", "", "b.jpg");
        Assert.Equal("b.jpg", DetectionDataset.Open(_folder.Root).Images[0].FileName);
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("", "80")]
    public void Open_NoSize_IsReadFromImageFile(string width, string height)
    {
        _folder.WriteImage("JPEGImages/a.jpg", 60, 30, orientation: 8);
        WriteXml("a", "", width: width, height: height);
        var set = DetectionDataset.Open(_folder.Root);
        Assert.Equal((30, 60), (set.Images[0].Width, set.Images[0].Height));
        Assert.Contains("using 30 x 60 from the image file", Assert.Single(set.Problems).Reason);
    }

    [Theory]
    [InlineData("<annotation><object>", "is not valid XML")]
    [InlineData("", "is not valid XML")]
    [InlineData("<!DOCTYPE a [<!ENTITY e \"x\">]><annotation/>", "has a document type")]
    [InlineData("<!DOCTYPE a [<!ENTITY a \"xx\"><!ENTITY b \"&a;&a;&a;\">]><annotation><filename>&b;</filename></annotation>", "has a document type")]
    [InlineData("<!DOCTYPE a SYSTEM \"file:///etc/hostname\"><annotation/>", "has a document type")]
    [InlineData("<annotation><filename>&e;</filename></annotation>", "is not valid XML")]
    [InlineData("<?xml version=\"1.0\" encoding=\"no-such\"?><annotation/>", "is not valid XML")]
    [InlineData("<html/>", "the root element is <html>")]
    [InlineData("<annotation>\n<object><bndbox/></object></annotation>", "line 2, object 1: the object has no name")]
    [InlineData("<annotation><object><name>x</name></object></annotation>", "object 1: the object has no bndbox/xmin")]
    [InlineData("<annotation><object><name>x</name><bndbox><xmin>a</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object></annotation>", "xmin \"a\" is not a number")]
    [InlineData("<annotation><object><name>x</name><bndbox><xmin>NaN</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object></annotation>", "xmin \"NaN\" is not a number")]
    [InlineData("<annotation><object><name>x</name><bndbox><xmin>-1e308</xmin><ymin>1</ymin><xmax>1e308</xmax><ymax>2</ymax></bndbox></object></annotation>", "xmin \"-1e308\" is not a number of pixels")]
    public void Open_BadXml_Throws(string xml, string reason)
    {
        _folder.WriteImage("JPEGImages/a.jpg");
        var path = _folder.Write("Annotations/a.xml", xml);
        var exception = Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root));
        Assert.Equal(path, exception.File);
        Assert.Contains(reason, exception.Message);
        Assert.Contains(DetectionDataset.Check(_folder.Root), problem => problem.ToString().Contains(reason));
    }

    [Fact]
    public void Open_DeeplyNestedXml_DoesNotOverflowStack()
    {
        _folder.WriteImage("JPEGImages/a.jpg");
        const int Depth = 200_000;
        var deep = string.Concat(Enumerable.Repeat("<a>", Depth)) + "5" + string.Concat(Enumerable.Repeat("</a>", Depth));
        WriteXml("a", $"<object><name>x</name><bndbox><xmin>{deep}</xmin></bndbox></object>");
        Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root));
    }

    [Fact]
    public void Open_MissingImage_NamesSearchedFolders()
    {
        WriteXml("a", "");
        var exception = Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root));
        Assert.Contains("\"a.jpg\" not found (1 of 1 are missing; looked in " + _folder.At("JPEGImages"), exception.Reason);
        Assert.Single(DetectionDataset.Open(_folder.Root, new() { RequireImages = false }).Images);
        _folder.WriteImage("elsewhere/a.jpg");
        Assert.Single(DetectionDataset.Open(_folder.Root, new() { ImagesDirectory = _folder.At("elsewhere") }).Images);
    }

    [SharedDataFact]
    public void Open_BloodCells_ReadsSplitsAndReportsTwoEmptyBoxes()
    {
        var train = DetectionDataset.Open(SharedData.At("data", "bccd") + "#trainval");
        var test = DetectionDataset.Open(SharedData.At("data", "bccd") + "#test");
        Assert.Equal((292, 72), (train.Images.Count, test.Images.Count));
        Assert.Equal(["Platelets", "RBC", "WBC"], test.Categories.Select(category => category.Name));
        Assert.Equal(4888 - 2, train.Images.Concat(test.Images).Sum(image => image.Annotations.Count));
        var problems = train.Problems.Concat(test.Problems).Select(problem => problem.ToString()).Order().ToArray();
        Assert.Equal(2, problems.Length);
        Assert.Contains("BloodImage_00338.xml: line 158, object 13: box (x 504, y 337, width 0, height 0) has no area", problems[0]);
        Assert.Contains("BloodImage_00343.xml", problems[1]);
        Assert.Equal(new BoxXywh(453, 81, 102, 101), train.Images.Concat(test.Images).Single(image => image.FileName == "BloodImage_00338.jpg").Annotations[0].Box);
    }

    private static string Object(string name, string xmin, string ymin, string xmax, string ymax, string more = "") =>
        $"<object><name>{name}</name>{more}<bndbox><xmin>{xmin}</xmin><ymin>{ymin}</ymin><xmax>{xmax}</xmax><ymax>{ymax}</ymax></bndbox></object>";

    private void WriteXml(string stem, string objects, string? fileName = null, string width = "100", string height = "80") =>
        _folder.Write($"Annotations/{stem}.xml",
            $"<annotation><filename>{fileName ?? stem + ".jpg"}</filename><size><width>{width}</width><height>{height}</height><depth>3</depth></size>{objects}</annotation>");
}
