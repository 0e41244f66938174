namespace RetinaSharp.Datasets.Tests;

public sealed class YoloReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_Folders_GivesPixelsInOrientedImage()
    {
        _folder.WriteImage("images/a.JPG", 200, 100, orientation: 6);
        _folder.WriteImage("images/b.jpg", 200, 100);
        _folder.Write("labels/a.txt", "2 0.5 0.5 0.5 0.25\r\n\r\n  0.0\t0.25 0.25 1e-1 0.1 \n");
        var set = DetectionDataset.Open(_folder.Root);
        Assert.Equal([new(0, "class 0"), new(1, "class 1"), new(2, "class 2")], set.Categories);
        Assert.Equal((100, 200), (set.Images[0].Width, set.Images[0].Height));
        Assert.Equal(new Annotation { Id = 1, Category = 2, Box = new(25, 75, 50, 50), Area = 2500 }, set.Images[0].Annotations[0]);
        Assert.Equal(0, set.Images[0].Annotations[1].Category);
        Assert.Empty(set.Images[1].Annotations);
        Assert.Contains("named by their numbers", Assert.Single(set.Problems).Reason);
    }

    [Theory]
    [InlineData("names: [cat, dog]")]
    [InlineData("names:\n  0: cat\n  1: dog")]
    [InlineData("nc: 2\nnames:\n- cat\n- 'dog'\ndownload: {a: [1, {b: c}]}")]
    public void Open_Yaml_ReadsNamesAndSplits(string names)
    {
        _folder.WriteImage("set/images/train/a.jpg");
        _folder.WriteImage("set/images/val/b.jpg");
        _folder.WriteImage("set/images/val/more/c.jpg");
        _folder.Write("set/labels/val/more/c.txt", "1 0.5 0.5 0.5 0.5");
        var yaml = _folder.Write("data.yaml", $"# a set\npath: set\ntrain: images/train\nval: images/val\ntest:\n{names}\n");
        Assert.Equal(["a.jpg"], DetectionDataset.Open(yaml).Images.Select(image => image.FileName));
        var val = DetectionDataset.Open(yaml + "#val");
        Assert.Equal(["b.jpg", "more/c.jpg"], val.Images.Select(image => image.FileName));
        Assert.Equal(["cat", "dog"], val.Categories.Select(category => category.Name));
        Assert.Equal(1, Assert.Single(val.Images[1].Annotations).Category);
        Assert.Contains("the split does not exist; available splits: train, val", Assert.Throws<DatasetException>(() => DetectionDataset.Open(yaml + "#test")).Reason);
    }

    [Fact]
    public void Open_ExportedYaml_FindsSiblingFolder()
    {
        _folder.WriteImage("train/images/a.jpg");
        _folder.Write("train/labels/a.txt", "0 0.5 0.5 0.5 0.5");
        _folder.Write("data.yaml", "train: ../train/images\nval: ../valid/images\nnames: [cat]\n");
        Assert.Single(DetectionDataset.Open(_folder.Root).Images[0].Annotations);
        Assert.Contains("not found", Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root + "#val")).Reason);
    }

    [Fact]
    public void Open_Lists_ResolvePathsFromListFolderOrRoot()
    {
        _folder.WriteImage("images/all/a.jpg");
        _folder.WriteImage("images/all/b.jpg");
        _folder.Write("lists/train.txt", "\uFEFF../images/all/b.jpg\r\nimages/all/a.jpg\r\n");
        _folder.Write("data.yaml", "train: [lists/train.txt]\nnames: [cat]\n");
        Assert.Equal([_folder.At("images/all/b.jpg"), _folder.At("images/all/a.jpg")], DetectionDataset.Open(_folder.Root).Images.Select(image => image.Path));
    }

    [Theory]
    [InlineData("images/a.jpg\n./images/a.jpg\n", "line 2: images/a.jpg is listed twice")]
    [InlineData("images/a.jpg\nimages/z.jpg\n", "z.jpg not found (1 of 2 are missing)")]
    [InlineData("\n", "there are no images")]
    [InlineData("a\0b\n", "is not a valid path")]
    public void Open_BadList_Throws(string list, string reason)
    {
        _folder.WriteImage("images/a.jpg");
        _folder.Write("labels/a.txt", "");
        _folder.Write("train.txt", list);
        Assert.Contains(reason, Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root + "#train")).Message);
    }

    [Fact]
    public void Open_SplitFolderAndClassFile_AreRead()
    {
        _folder.WriteImage("images/val/a.jpg");
        _folder.WriteImage("images/train/b.jpg");
        _folder.Write("labels/classes.txt", "cat\ndog\n\n");
        _folder.Write("labels/val/a.txt", "1 0.5 0.5 0.5 0.5");
        var set = DetectionDataset.Open(_folder.Root + "#val");
        Assert.Equal(["cat", "dog"], set.Categories.Select(category => category.Name));
        Assert.Equal("a.jpg", Assert.Single(set.Images).FileName);
        Assert.Equal(2, DetectionDataset.Open(_folder.Root).Images.Count);
        Assert.Contains("no split \"test\"", Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root + "#test")).Reason);
    }

    [Theory]
    [InlineData("0 0.5 0.5 0.5", "has 4 values")]
    [InlineData("0 0.5 0.5 0.5 0.5 0.9", "a detection score")]
    [InlineData("2 0.5 0.5 0.5 0.5", "class 2 is not an integer from 0 to 1")]
    [InlineData("-1 0.5 0.5 0.5 0.5", "class -1 is not")]
    [InlineData("0.5 0.5 0.5 0.5 0.5", "class 0.5 is not")]
    [InlineData("0 0,5 0.5 0.5 0.5", "\"0,5\" is not a number")]
    [InlineData("0 NaN 0.5 0.5 0.5", "\"NaN\" is not a number")]
    [InlineData("0 320 0.5 0.5 0.5", "320 is not in [0, 1]")]
    public void Open_BadLabel_ThrowsWithFileAndLineAndCheckContinues(string label, string reason)
    {
        _folder.WriteImage("images/a.jpg");
        var path = _folder.Write("labels/a.txt", $"0 0.5 0.5 0.5 0.5\n{label}\n1 0.5 0.5 0 0\n");
        _folder.Write("classes.txt", "cat\ndog");
        var exception = Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.Root));
        Assert.Equal((path, "line 2"), (exception.File, exception.Location));
        Assert.Contains(reason, exception.Reason);
        var problems = DetectionDataset.Check(_folder.Root);
        Assert.Equal(["line 2", "line 3"], problems.Select(problem => problem.Location));
        Assert.Equal([ProblemSeverity.Error, ProblemSeverity.Warning], problems.Select(problem => problem.Severity));
    }

    [Fact]
    public void Open_RoundingErrorsAndPolygons_AreFixedAndReported()
    {
        _folder.WriteImage("images/a.jpg", 100, 100);
        _folder.Write("classes.txt", "cat\n");
        _folder.Write("labels/a.txt", "0 1.000001 0.5 0.5 0.5\n0 0.1 0.2 0.5 0.3 0.3 0.9\n0 0 0 0.5 0 0.5 0.5 0 0.5\n");
        _folder.Write("labels/gone.txt", "0 0.5 0.5 0.5 0.5\n");
        var set = DetectionDataset.Open(_folder.Root);
        Assert.Equal(3, set.Images[0].Annotations.Count);
        var box = set.Images[0].Annotations[1].Box;
        Assert.Equal([10, 20, 40, 70], new[] { box.X, box.Y, box.Width, box.Height }.Select(value => Math.Round(value, 9)));
        Assert.Equal(4, set.Problems.Count);
        Assert.Contains("a.txt: line 1: values outside of [0, 1] were clipped", set.Problems[0].ToString());
        Assert.Contains("a.txt: line 1: box (x 75, ", set.Problems[1].ToString());
        Assert.Contains("2 labels are polygons", set.Problems[2].Reason);
        Assert.Contains("gone.txt: there is no image with this name", set.Problems[3].ToString());
    }

    [Theory]
    [InlineData("[1, 2]", "is not a mapping")]
    [InlineData("", "is not a mapping")]
    [InlineData("train: a\nnames: [a\nb: ]c", "is not valid YAML")]
    [InlineData("train: images\n", "there are no class names")]
    [InlineData("train: images\nnames: cat\n", "a list or a mapping of names was expected")]
    [InlineData("train: images\nnames: []\n", "there are no classes")]
    [InlineData("train: images\nnames: {0: a, 2: b}\n", "the 2 classes are not numbered from 0 to 1")]
    [InlineData("train: images\nnames: {x: a}\n", "line 2: \"x\" is not an integer")]
    [InlineData("train: images\nnc: 2000000000\n", "is not an integer from 1 to 100000")]
    [InlineData("train: {a: b}\nnames: [a]\n", "line 1: a string was expected here")]
    [InlineData("train: *a\nnames: [a]\n", "a string was expected here")]
    public void Open_BadYaml_Throws(string text, string reason)
    {
        _folder.WriteImage("images/a.jpg");
        var yaml = _folder.Write("data.yaml", text);
        var exception = Assert.Throws<DatasetException>(() => DetectionDataset.Open(yaml));
        Assert.Equal(yaml, exception.File);
        Assert.Contains(reason, exception.Message);
    }

    [Fact]
    public void Open_DeeplyNestedYaml_DoesNotOverflowStack()
    {
        _folder.WriteImage("images/a.jpg");
        var yaml = _folder.Write("data.yaml", $"train: images\nnames: [a]\nx: {new string('[', 50_000)}{new string(']', 50_000)}\n");
        Assert.Contains("line 3: is nested too deeply", Assert.Throws<DatasetException>(() => DetectionDataset.Open(yaml)).Message);
    }

    [Fact]
    public void Open_AliasBomb_IsRejectedWithoutExpansion()
    {
        _folder.WriteImage("images/a.jpg");
        var lists = Enumerable.Range(1, 30).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]");
        var yaml = _folder.Write("data.yaml", $"a0: &a0 [lol]\n{string.Join('\n', lists)}\ntrain: images\nnames: *a30\n");
        Assert.Contains("a list or a mapping of names was expected", Assert.Throws<DatasetException>(() => DetectionDataset.Open(yaml)).Reason);
    }

    [Fact]
    public void Open_SymbolicLinks_AreFollowedOnce()
    {
        _folder.WriteImage("elsewhere/b.jpg");
        _folder.WriteImage("images/train/a.jpg");
        _folder.Write("labels/train/a.txt", "0 0.5 0.5 0.5 0.5");
        Directory.CreateSymbolicLink(_folder.At("images/more"), _folder.At("elsewhere"));
        Directory.CreateSymbolicLink(_folder.At("images/train/up"), "..");
        Directory.CreateSymbolicLink(_folder.At("images/round"), _folder.At("images/round"));
        Assert.Equal(["more/b.jpg", "train/a.jpg"], DetectionDataset.Open(_folder.Root).Images.Select(image => image.FileName));
    }

    [Fact]
    public void Open_NoLabels_HasNoClassesAndNamesExpectedFile()
    {
        _folder.WriteImage("images/a.jpg");
        Directory.CreateDirectory(_folder.At("labels"));
        var set = DetectionDataset.Open(_folder.Root);
        Assert.Empty(set.Categories);
        Assert.Contains(_folder.At("labels/a.txt"), Assert.Single(set.Problems).Reason);
    }

    [SharedDataFact]
    public void Open_Coco128_ReportsOrphanLabels()
    {
        var root = SharedData.At("data", "coco128-yolo");
        var set = DetectionDataset.Open(root);
        Assert.Equal(128, set.Images.Count);
        Assert.Equal(80, set.Categories.Count);
        var orphans = set.Problems.Where(problem => problem.Reason.Contains("no image")).Select(problem => Path.GetFileName(problem.File));
        Assert.Equal(["000000000656.txt", "000000000659.txt"], orphans);

        // COCO128's published 941 boxes of 71 classes include the labels of the two orphans.
        var labels = Directory.GetFiles(Path.Combine(root, "labels", "train2017")).SelectMany(File.ReadLines).ToArray();
        var orphaned = set.Problems.Where(problem => problem.Reason.Contains("no image")).Sum(problem => File.ReadLines(problem.File).Count());
        Assert.Equal(941, labels.Length);
        Assert.Equal(941 - orphaned, set.Images.Sum(image => image.Annotations.Count));
        Assert.Equal((115, 12, 1), (Count("#train"), Count("#val"), Count("#test")));
        Assert.Equal(128, Count("#train2017"));

        int Count(string split) => DetectionDataset.Open(root + split).Images.Count;
    }
}
