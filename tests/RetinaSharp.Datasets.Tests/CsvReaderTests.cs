namespace RetinaSharp.Datasets.Tests;

public sealed class CsvReaderTests : IDisposable
{
    private const string Header = "filename,width,height,class,xmin,ymin,xmax,ymax\n";

    private readonly TemporaryFolder _folder = new();

    public CsvReaderTests() => _folder.WriteImage("a.jpg");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_Keras_GivesBoxesAsWritten()
    {
        _folder.WriteImage("b.jpg");
        var path = _folder.Write("set.csv", "a.jpg,40,30.5,100,80,dog\nb.jpg,,,,,\na.jpg,1,2,3,4,cat\n");
        foreach (var data in new[] { path, _folder.Root })
        {
            var set = DetectionDataset.Open(data);
            Assert.Equal(["a.jpg dog 40 30.5 60 49.5", "a.jpg cat 1 2 2 2"], set.Describe());
            Assert.Equal(["cat", "dog"], set.Categories.Select(category => category.Name));
            Assert.Equal(["a.jpg", "b.jpg"], set.Images.Select(image => image.FileName));
            Assert.Empty(set.Problems);
        }
    }

    [Fact]
    public void Open_KerasFirstImageEmpty_IsRecognized()
    {
        _folder.WriteImage("b.jpg");
        Assert.Equal(["a.jpg x 1 2 2 2"], DetectionDataset.Open(_folder.Write("set.csv", "b.jpg,,,,,\na.jpg,1,2,3,4,x\n")).Describe());
    }

    [Theory]
    [InlineData("zebra,1\ndog,0\nape,2\n")]
    [InlineData("name,id\r\ndog,0\r\nzebra,1\r\nape,2")]
    public void Open_ClassList_GivesOrder(string classes)
    {
        _folder.Write("classes.csv", classes);
        _folder.Write("annotations.csv", "a.jpg,1,2,3,4,zebra\n");
        Assert.Equal(["dog", "zebra", "ape"], DetectionDataset.Open(_folder.Root).Categories.Select(category => category.Name));
    }

    [Fact]
    public void Open_ClassListWithoutClass_Throws()
    {
        _folder.Write("classes.csv", "dog,0\n");
        var path = _folder.Write("annotations.csv", "a.jpg,1,2,3,4,cat\n");
        Assert.Contains("line 1: class \"cat\" is not in the list of classes", Assert.Throws<DatasetException>(() => DetectionDataset.Open(path)).Message);
        _folder.Write("classes.csv", "dog,0\ncat,0\n");
        Assert.Contains("classes.csv: line 2: class id 0 is used twice", Assert.Throws<DatasetException>(() => DetectionDataset.Open(path)).Message);
        _folder.Write("classes.csv", "dog,0\ncat,x\n");
        Assert.Contains("classes.csv: line 2: \"x\" is not a class id", Assert.Throws<DatasetException>(() => DetectionDataset.Open(path)).Message);
    }

    [Theory]
    [InlineData("filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,100,80,x,1,2,4,6")]
    [InlineData("Class,XMin,YMin,XMax,YMax,FileName\nx,1,2,4,6,a.jpg")]
    [InlineData("\uFEFFimage_path;label;x_min;y_min;x_max;y_max\r\na.jpg;x;1,0;2;4;6\r\n\r\n")]
    [InlineData("image\tx1\ty1\tx2\ty2\tclass_name\na.jpg\t1\t2\t4\t6\tx\n")]
    [InlineData("\"filename\",\"class\",\"xmin\",\"ymin\",\"xmax\",\"ymax\"\r\"a.jpg\",\"x\",\"1\",\"2\",\"4\",\"6\"\r")]
    [InlineData("image_name,label,bbox_x,bbox_y,bbox_width,bbox_height,image_width,image_height\na.jpg,x,1,2,3,4,100,80")]
    [InlineData("file,label,x,y,w,h\na.jpg,x,1,2,3,4")]
    [InlineData("file,label,x0,y0,x1,y1\n a.jpg , x , 1 , 2 , 4 , 6 ")]
    [InlineData("a.jpg,100,80,x,1,2,4,6")]
    [InlineData("x,1,2,3,4,a.jpg,100,80")]
    public void Open_Layouts_AreRecognized(string csv)
    {
        var set = DetectionDataset.Open(_folder.Write("set.csv", csv));
        Assert.Equal(["a.jpg x 1 2 3 4"], set.Describe());
        Assert.Equal((100, 80), (set.Images[0].Width, set.Images[0].Height));
        Assert.Empty(set.Problems);
    }

    [Fact]
    public void Open_QuotedFields_KeepDelimitersQuotesAndLineBreaks()
    {
        _folder.WriteImage("häuser, 猫.jpg");
        var set = DetectionDataset.Open(_folder.Write("set.csv", Header + "\"häuser, 猫.jpg\",100,80,\"a \"\"b\"\"\nc\",1,2,4,6\na.jpg,0,0,x,9,9,9,10\n"));
        Assert.Equal(["häuser, 猫.jpg a \"b\"\nc 1 2 3 4"], set.Describe());
        Assert.Equal("line 4", Assert.Single(set.Problems).Location);
    }

    [Fact]
    public void Open_Fractions_AreScaledAndReported()
    {
        var set = DetectionDataset.Open(_folder.Write("set.csv", Header + "a.jpg,,,x,0.1,0.25,0.5,1\na.jpg,,,x,0,0,1,1\n"));
        Assert.Equal(["a.jpg x 10 20 40 60", "a.jpg x 0 0 100 80"], set.Describe());
        Assert.StartsWith("all coordinates are at most 1", Assert.Single(set.Problems).Reason);
        Assert.Equal(["a.jpg x 0 0 1 1"], DetectionDataset.Open(_folder.Write("set.csv", Header + "a.jpg,,,x,0,0,1,1\n")).Describe());
    }

    [Fact]
    public void Open_FilePerSplit_SelectsSplitAndSharesClasses()
    {
        _folder.WriteImage("images/b.jpg");
        _folder.Write("data/train_labels.csv", Header + "a.jpg,100,80,x,1,2,4,6\n");
        _folder.Write("data/test_labels.csv", Header + "b.jpg,100,80,y,1,2,4,6\n");
        var set = DetectionDataset.Open(_folder.Root + "#test");
        Assert.Equal(["b.jpg y 1 2 3 4"], set.Describe());
        Assert.Equal(2, set.Categories.Count);
        Assert.Equal(2, DetectionDataset.Open(_folder.Root).Images.Count);
        Assert.Contains("has no split \"val\"", Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root + "#val")).Message);
        Assert.Single(DetectionDataset.Open(_folder.At("data", "test_labels.csv") + "#test").Images);

        _folder.Write("data/all_labels.csv", Header + "b.jpg,100,80,y,1,2,4,6\na.jpg,100,80,x,1,2,4,6\n");
        set = DetectionDataset.Open(_folder.Root);
        Assert.Equal((2, 2), (set.Images.Count, set.Images.Sum(image => image.Annotations.Count)));
        Assert.Contains("using data/all_labels.csv, which has all images of the others", set.Problems[0].Reason);

        _folder.WriteImage("c.jpg");
        _folder.Write("data/all_labels.csv", Header + "b.jpg,100,80,y,1,2,4,6\nc.jpg,100,80,x,1,2,4,6\n");
        Assert.Contains("has several annotation files with the same images, such as \"b.jpg\": append #SPLIT", Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root)).Message);
    }

    [Fact]
    public void Open_FolderPerSplit_TakesImagesBesideFile()
    {
        _folder.WriteImage("train/1.jpg", 100);
        _folder.WriteImage("valid/1.jpg", 90);
        _folder.Write("train/_annotations.csv", Header + "1.jpg,0,0,x,1,2,4,6\n");
        _folder.Write("valid/_annotations.csv", Header + "1.jpg,0,0,y,1,2,4,200\n");
        var set = DetectionDataset.Open(_folder.Root + "#val");
        Assert.Equal(90, Assert.Single(set.Images).Width);
        Assert.Equal([100, 90], DetectionDataset.Open(_folder.Root).Images.Select(image => image.Width));
        Assert.Equal("valid/_annotations.csv, line 2", Assert.Single(set.Problems).Location);
    }

    [Fact]
    public void Open_NoClassColumn_UsesOneClass()
    {
        var set = DetectionDataset.Open(_folder.Write("set.csv", "filename,xmin,ymin,xmax,ymax\na.jpg,1,2,4,6\n"));
        Assert.Equal(["a.jpg object 1 2 3 4"], set.Describe());
        Assert.Contains("using the class \"object\"", Assert.Single(set.Problems).Reason);
    }

    [Theory]
    [InlineData(@"C:\data\a.jpg")]
    [InlineData("/data/x/A.JPG")]
    [InlineData("images/a.png")]
    public void Open_PathOfOtherMachine_FindsImage(string name) =>
        Assert.Equal(["a.jpg x 1 2 3 4"], DetectionDataset.Open(_folder.Write("set.csv", name + ",1,2,4,6,x\n")).Describe());

    [Theory]
    [InlineData("a.jpg,100,80,x,1,2,4", "line 2: has 7 fields, and none with the bottom edge")]
    [InlineData("a.jpg,100,80,x,1,2,4,z", "line 2: the bottom edge \"z\" is not a number of pixels")]
    [InlineData("a.jpg,100,80,x,1,2,NaN,4", "line 2: the right edge \"NaN\" is not a number of pixels")]
    [InlineData("a.jpg,100,80,x,-1e300,2,4,6", "line 2: the left edge \"-1e300\" is not a number of pixels")]
    [InlineData("\n\na.jpg,100,80,,1,2,4,6", "line 4: has a box, but no class")]
    [InlineData(",100,80,x,1,2,4,6", "line 2: has no file name")]
    [InlineData("\"a.jpg,100,80,x,1,2,4,6", "line 2: a quoted field is not closed")]
    [InlineData("b.jpg,100,80,x,1,2,4,6", "image file \"b.jpg\" not found")]
    public void Open_BadRow_ThrowsWithLine(string row, string message)
    {
        var path = _folder.Write("set.csv", Header + row);
        var exception = Assert.Throws<DatasetException>(() => DetectionDataset.Open(path));
        Assert.Equal(path, exception.File);
        Assert.Contains(message, exception.Message);
        Assert.Contains(DetectionDataset.Check(path), problem => problem.Severity == ProblemSeverity.Error && problem.ToString().Contains(message.Split(" (")[0]));
    }

    [Fact]
    public void Open_HugeField_Throws()
    {
        var path = _folder.Write("set.csv", Header + "a.jpg,100,80," + new string('x', 2_000_000));
        Assert.Contains("line 2: a field has more than 1048576 characters", Assert.Throws<DatasetException>(() => DetectionDataset.Open(path)).Message);
        path = _folder.Write("set.csv", Header + new string(',', 20_000));
        Assert.Contains("line 2: has more than 10000 fields", Assert.Throws<DatasetException>(() => DetectionDataset.Open(path)).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,b,c\n1,2,3\n")]
    [InlineData("filename,class\na.jpg,x\n")]
    public void Open_OtherCsv_IsNotRecognized(string csv) =>
        Assert.Contains("is not an annotation file in a known format", Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Write("set.csv", csv))).Message);

    [Fact]
    public void Check_BadRows_CollectsAllErrors()
    {
        var path = _folder.Write("set.csv", Header + "a.jpg,100,80,x,1,2,4,z\na.jpg,100,80,x,1,2,4,6\na.jpg,100,80,x,1,2\n");
        Assert.Equal(["line 2", "line 4"], DetectionDataset.Check(path).Select(problem => problem.Location));
    }
}
