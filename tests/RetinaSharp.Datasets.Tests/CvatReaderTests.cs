using System.Globalization;

namespace RetinaSharp.Datasets.Tests;

public sealed class CvatReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CvatReaderTests() => _folder.WriteImage("images/a.jpg");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_Boxes_AreReadAsWritten()
    {
        _folder.WriteImage("images/b.jpg");
        var path = Write(Image("a.jpg", """<box label="dog" occluded="0" xtl="40.00" ytl="30.50" xbr="100.00" ybr="80.00" z_order="0"><attribute name="x">y</attribute></box><box label="cat" xtl="1" ytl="2" xbr="3" ybr="4"/>""")
            + """<image id="1" name="b.jpg" width="100" height="80"/>""");
        foreach (var data in new[] { path, _folder.Root })
        {
            var set = DetectionDataset.Open(data);
            Assert.Equal(["a.jpg dog 40 30.5 60 49.5", "a.jpg cat 1 2 2 2"], set.Describe());
            Assert.Equal(["cat", "dog"], set.Categories.Select(category => category.Name));
            Assert.Equal(2, set.Images.Count);
            Assert.Empty(set.Problems);
        }
    }

    [Theory]
    [InlineData("task")]
    [InlineData("project")]
    [InlineData("job")]
    public void Open_Meta_GivesOrderOfClasses(string kind)
    {
        const string Labels = """
            <labels><label><name>zebra</name><color>#1</color><attributes><attribute><name>age</name></attribute></attributes></label>
            <label><name>ape</name></label><label><name>nose</name><parent>ape</parent></label></labels>
            """;
        Write($"<version>1.1</version><meta><{kind}><name>x</name>{Labels}</{kind}></meta>" + Image("a.jpg", """<box label="new" xtl="1" ytl="2" xbr="3" ybr="4"/>"""));
        Assert.Equal(["zebra", "ape", "new"], DetectionDataset.Open(_folder.Root).Categories.Select(category => category.Name));
    }

    [Fact]
    public void Open_OtherShapes_GivesBoundingBoxesAndCountsThem()
    {
        Write(Image("a.jpg", """
            <polygon label="x" points="5.0,6.0;20,10;8,30"/>
            <ellipse label="x" cx="50" cy="40" rx="10" ry="5"/>
            <ellipse label="x" cx="50" cy="40" rx="10" ry="5" rotation="90"/>
            <mask label="x" rle="3, 5" left="7" top="8" width="10" height="20"/>
            <cuboid label="x" xtl1="1" ytl1="2" xbl1="1" ybl1="9" xtr1="8" ytr1="2" xbr1="8" ybr1="9" xtl2="10" ytl2="4" xbl2="10" ybl2="7" xtr2="12" ytr2="4" xbr2="12" ybr2="7"/>
            <polyline label="x" points="1,2;3,4"/><points label="x" points="1,2"/><skeleton label="x"><points label="y" points="1,2"/></skeleton>
            <tag label="x"/><hexagon label="x"/>
            """));
        var set = DetectionDataset.Open(_folder.Root);
        Assert.Equal(["a.jpg x 5 6 15 24", "a.jpg x 40 35 20 10", "a.jpg x 45 30 10 20", "a.jpg x 7 8 10 20", "a.jpg x 1 2 11 7"], set.Describe());
        Assert.Equal(
            [
                "4 shapes are polygons, circles or other outlines: using their bounding boxes",
                "3 shapes are points or lines without an area: skipped",
                "1 elements <hexagon> are not shapes of CVAT: skipped",
            ],
            set.Reasons());
    }

    [Theory]
    [InlineData(90, 25, 5, 10, 30)]
    [InlineData(180, 15, 15, 30, 10)]
    [InlineData(45, 15.857864, 5.857864, 28.284271, 28.284271)]
    [InlineData(0, 15, 15, 30, 10)]
    public void Open_RotatedBox_GivesEnclosingBox(double rotation, double x, double y, double width, double height)
    {
        Write(Image("a.jpg", string.Create(CultureInfo.InvariantCulture, $"""<box label="x" xtl="15" ytl="15" xbr="45" ybr="25" rotation="{rotation}"/>""")));
        var set = DetectionDataset.Open(_folder.Root);
        Assert.Equal([string.Create(CultureInfo.InvariantCulture, $"a.jpg x {x} {y} {width} {height}")], set.Describe());
        Assert.Equal(rotation == 0 ? [] : ["1 boxes are rotated: using the upright boxes that enclose them"], set.Reasons());
    }

    [Fact]
    public void Open_Subsets_AreSplits()
    {
        _folder.WriteImage("images/Train/b.jpg");
        _folder.WriteImage("images/val/c.jpg");
        Write("""
            <image id="0" name="Train/b.jpg" subset="Train" width="100" height="80"><box label="x" xtl="1" ytl="2" xbr="3" ybr="4"/></image>
            <image id="1" name="c.jpg" subset="Validation" width="100" height="80"><box label="y" xtl="1" ytl="2" xbr="3" ybr="4"/></image>
            <image id="2" name="a.jpg" subset="default" width="100" height="80"/>
            """);
        Assert.Equal(["Train/b.jpg x 1 2 2 2"], DetectionDataset.Open(_folder.Root + "#train").Describe());
        Assert.Equal(["val/c.jpg y 1 2 2 2"], DetectionDataset.Open(_folder.At("annotations.xml") + "#val").Describe());
        Assert.Equal(3, DetectionDataset.Open(_folder.Root).Images.Count);
        Assert.Contains("available splits: Train, Validation", Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root + "#test")).Message);
    }

    [Fact]
    public void Open_NamesOfOtherMachine_FindsImages()
    {
        _folder.WriteImage("images/häuser 猫.jpg");
        _folder.WriteImage("images/frame_000001.png");
        Write("""
            <image id="0" name="C:\share\Häuser 猫.JPG"><box label="Käfer" xtl="1" ytl="2" xbr="3" ybr="4"/></image>
            <image id="1" name="frame_000001" width="0" height="x"/>
            """);
        var set = DetectionDataset.Open(_folder.Root);
        Assert.Equal(["häuser 猫.jpg Käfer 1 2 2 2"], set.Describe());
        Assert.All(set.Images, image => Assert.Equal((100, 80), (image.Width, image.Height)));
    }

    [Fact]
    public void Open_Video_NamesFormatAndRemedy()
    {
        Write("<version>1.1</version>\n<track id=\"0\" label=\"x\"><box frame=\"0\"/></track>");
        var exception = Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root));
        Assert.Contains("annotations.xml: line 2: is an export in the format \"CVAT for video\", which has tracks: export \"CVAT for images\"", exception.Message);
    }

    [Theory]
    [InlineData("""<image name="a.jpg"><box""", "is not valid XML")]
    [InlineData("""<image id="3"/>""", "line 1, image 3: the image has no name")]
    [InlineData("""<image name="a.jpg"><box xtl="1" ytl="2" xbr="3" ybr="4"/></image>""", "line 1, <box>: has no label")]
    [InlineData("""<image name="a.jpg"><box label="x" ytl="2" xbr="3" ybr="4"/></image>""", "line 1, <box>: has no xtl")]
    [InlineData("""<image name="a.jpg"><box label="x" xtl="NaN" ytl="2" xbr="3" ybr="4"/></image>""", "xtl \"NaN\" is not a number of pixels")]
    [InlineData("""<image name="a.jpg"><box label="x" xtl="-1e300" ytl="2" xbr="1e300" ybr="4"/></image>""", "xtl \"-1e300\" is not a number of pixels")]
    [InlineData("""<image name="a.jpg"><box label="x" xtl="1" ytl="2" xbr="3" ybr="4" rotation="a"/></image>""", "rotation \"a\" is not a number")]
    [InlineData("""<image name="a.jpg"><polygon label="x" points="1,2;3"/></image>""", "<polygon>: the point \"3\" is not \"x,y\"")]
    [InlineData("""<image name="a.jpg"><polygon label="x" points=""/></image>""", "<polygon>: has no points")]
    [InlineData("""<image name="a.jpg"><polygon label="x"/></image>""", "<polygon>: has no points")]
    [InlineData("""<image name="a.jpg">&e;</image>""", "is not valid XML")]
    public void Open_BadFile_ThrowsWithLocation(string content, string message)
    {
        var path = Write(content);
        var exception = Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root));
        Assert.Equal(path, exception.File);
        Assert.Contains(message, exception.Message);
        Assert.Contains(DetectionDataset.Check(path), problem => problem.Severity == ProblemSeverity.Error && problem.ToString().Contains(message));
    }

    [Fact]
    public void Open_DocumentType_Throws()
    {
        var path = _folder.Write("x.xml", "<!DOCTYPE annotations SYSTEM \"file:///etc/hostname\"><annotations/>");
        Assert.Contains("has a document type", Assert.Throws<DatasetException>(() => DetectionDataset.Open(path)).Message);
    }

    [Fact]
    public void Open_DeeplyNestedXml_DoesNotOverflowStack()
    {
        const int Depth = 200_000;
        Write(Image("a.jpg", string.Concat(Enumerable.Repeat("<a>", Depth)) + string.Concat(Enumerable.Repeat("</a>", Depth))));
        Assert.Single(DetectionDataset.Open(_folder.Root).Images);
    }

    private static string Image(string name, string shapes) => $"""<image id="0" name="{name}" width="100" height="80">{shapes}</image>""";

    private string Write(string content) => _folder.Write("annotations.xml", $"<annotations>{content}</annotations>");
}
