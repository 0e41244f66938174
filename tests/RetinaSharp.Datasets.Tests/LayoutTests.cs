using RetinaSharp.Datasets.Checking;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Tests;

/// <summary>Datasets in the folders that tools and people write them to.</summary>
public sealed class LayoutTests : IDisposable
{
    private const string Xml = """
        <annotation><filename>NAME.jpg</filename><size><width>100</width><height>80</height></size>
        <object><name>cup</name><bndbox><xmin>10</xmin><ymin>10</ymin><xmax>50</xmax><ymax>40</ymax></bndbox></object></annotation>
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{0}.jpg", "{0}.xml", "")]
    [InlineData("images/{0}.JPG", "annotations/{0}.xml", "")]
    [InlineData("images/{0}.jpg", "annots/{0}.xml", "")]
    [InlineData("JPEGImages/{0}.png", "Annotations/{0}.xml", "")]
    [InlineData("train/{0}.jpg", "train/{0}.xml", "#train")]
    [InlineData("train/images/{0}.jpg", "train/labels/{0}.xml", "#train")]
    [InlineData("image/{0}.jpg", "label/{0}.xml", "")]
    [InlineData("photos/a b/{0}.jpg", "xmls/{0}.xml", "")]
    public void Open_VocInAnyFolder_FindsImages(string image, string label, string split)
    {
        foreach (var name in (string[])["1", "2", "3"])
        {
            _folder.WriteImage(string.Format(image, name));
            _folder.Write(string.Format(label, name), Xml.Replace("NAME", name));
        }

        var set = DetectionDataset.Open(_folder.Root + split);

        Assert.Equal([("cup", 3)], DatasetSummary.Create(set).Classes.Select(count => (count.Category.Name, count.Boxes)));
        Assert.All(set.Images, item => Assert.True(File.Exists(item.Path)));
        Assert.Empty(set.Problems);
    }

    [Theory]
    [InlineData("annotations/instances_train2017.json", "train2017/{0}.jpg", "#train2017")]
    [InlineData("annotations/instances_train2017.json", "train2017/{0}.jpg", "#train")]
    [InlineData("Annotations/train.json", "images/{0}.jpg", "#train")]
    [InlineData("train/_annotations.coco.json", "train/{0}.jpg", "#train")]
    [InlineData("valid/_annotations.coco.json", "valid/{0}.jpg", "#val")]
    [InlineData("labels.json", "data/{0}.jpg", "")]
    [InlineData("result.json", "deep/in/some/folder/{0}.jpg", "")]
    [InlineData("annotations/train_labels.json", "images/{0}.jpg", "#train")]
    public void Open_CocoInAnyFolder_FindsImages(string json, string image, string split)
    {
        WriteCoco(json, image);
        // Another JSON file does not disturb.
        _folder.Write("package.json", """{"name": "x"}""");

        var set = DetectionDataset.Open(_folder.Root + split);

        Assert.Equal(2, set.Images.Count);
        Assert.All(set.Images, item => Assert.True(File.Exists(item.Path)));
    }

    [Fact]
    public void Open_OneCocoFileForTwoSplits_SelectsByFolder()
    {
        foreach (var name in (string[])["train/1", "train/2", "val/1"])
            _folder.WriteImage($"images/{name}.jpg");
        _folder.Write("all.json", """
            {"images": [{"id": 1, "file_name": "train/1.jpg", "width": 100, "height": 80}, {"id": 2, "file_name": "train/2.jpg", "width": 100, "height": 80},
             {"id": 3, "file_name": "val/1.jpg", "width": 100, "height": 80}], "annotations": [], "categories": [{"id": 1, "name": "cat"}]}
            """);

        Assert.Equal([1, 2], DetectionDataset.Open(_folder.Root + "#train").Images.Select(image => image.Id));
        Assert.Equal([3], DetectionDataset.Open(_folder.At("all.json") + "#valid").Images.Select(image => image.Id));
        Assert.Contains("has no split \"test\"", Assert.Throws<DatasetException>(() => DetectionDataset.Open(_folder.At("all.json") + "#test")).Reason);
        Assert.Equal([("train", 2), ("val", 1)], Splits(_folder.Root));
    }

    [Theory]
    [InlineData("annotations/instances_{0}2017.json", "{0}2017/1.jpg")]
    [InlineData("{0}/_annotations.coco.json", "{0}/1.jpg")]
    public void OpenSplits_CocoFilePerSplit_OpensEach(string json, string image)
    {
        foreach (var split in (string[])["train", "valid"])
        {
            _folder.WriteImage(string.Format(image, split));
            _folder.Write(string.Format(json, split), """{"images": [{"id": 1, "file_name": "1.jpg", "width": 100, "height": 80}], "annotations": [], "categories": [{"id": 1, "name": "cat"}]}""");
        }

        Assert.Equal([("train", 1), ("val", 1)], Splits(_folder.Root));
    }

    [Fact]
    public void OpenSplits_OneCocoFileOfSeveral_OpensItWithoutNamingASplit()
    {
        WriteCoco("annotations/instances_train.json", "train/{0}.jpg");
        _folder.Write("annotations/captions.json", """{"images": [], "annotations": []}""");

        Assert.Equal([("train", 2)], Splits(_folder.Root));
        Assert.Equal(2, Assert.Single(DatasetChecker.Check(_folder.Root).Datasets).Images.Count);
    }

    [Fact]
    public void OpenSplits_CvatSubsets_AreTheSplits()
    {
        foreach (var name in (string[])["1", "2", "3"])
            _folder.WriteImage($"{name}.jpg");
        _folder.Write("annotations.xml", """
            <annotations><version>1.1</version><meta><task><labels><label><name>cat</name></label></labels></task></meta>
              <image id="0" name="1.jpg" subset="Train" width="100" height="80"/><image id="1" name="2.jpg" subset="Validation" width="100" height="80"/>
              <image id="2" name="3.jpg" subset="extra" width="100" height="80"/></annotations>
            """);

        Assert.Equal([("train", 1), ("val", 1), ("other", 1)], Splits(_folder.Root));
        Assert.Equal([("train", 1), ("val", 1), ("other", 1)], Splits(_folder.At("annotations.xml")));
        Assert.Equal(3, DatasetChecker.Check(_folder.Root).Datasets.Count);
    }

    [Fact]
    public void OpenSplits_KittiTestImagesWithoutLabels_AreNoSplit()
    {
        foreach (var image in (string[])["training/image_2/1.png", "testing/image_2/1.png"])
            _folder.WriteImage(image);
        _folder.Write("training/label_2/1.txt", "Car 0.00 0 -1.57 40.00 30.50 99.00 79.00 1.65 1.67 3.64 -0.65 1.71 46.70 -1.59\n");

        Assert.Equal([("train", 1)], Splits(_folder.Root));
    }

    [Fact]
    public void OpenSplits_DarknetLists_AreTheSplits()
    {
        foreach (var name in (string[])["1", "2"])
        {
            _folder.WriteImage($"img/{name}.jpg");
            _folder.Write($"img/{name}.txt", "0 .5 .5 .2 .4\n");
        }

        _folder.Write("obj.data", "train = train.txt\nvalid = valid.txt\nnames = obj.names\n");
        _folder.Write("obj.names", "cat\n");
        _folder.Write("train.txt", "img/1.jpg\n");
        _folder.Write("valid.txt", "img/2.jpg\n");

        Assert.Equal([("train", 1), ("val", 1)], Splits(_folder.At("obj.data")));
        Assert.Equal([("train", 1)], Splits(_folder.At("train.txt")));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("日.jpg")]
    public void Resolve_NameWithoutLetters_IsNotGuessed(string name)
    {
        _folder.WriteImage("本.jpg");

        Assert.False(File.Exists(new ImageResolver("set.json", [_folder.Root]).Resolve(name, "")));
    }

    [Theory]
    [InlineData("{0}.jpg", "{0}.txt", "obj.names", "")]
    [InlineData("obj_train_data/{0}.jpg", "obj_train_data/{0}.txt", "obj.names", "")]
    [InlineData("train/{0}.jpg", "train/{0}.txt", "train/_darknet.labels", "")]
    [InlineData("Images/{0}.jpg", "Labels/{0}.txt", "Labels/classes.txt", "")]
    [InlineData("images/train/{0}.jpg", "labels/train/{0}.txt", "classes.txt", "#train")]
    [InlineData("train/images/{0}.jpg", "train/labels/{0}.txt", "classes.txt", "#train")]
    public void Open_YoloInAnyFolder_FindsLabels(string image, string label, string names, string split)
    {
        foreach (var name in (string[])["1", "2"])
        {
            _folder.WriteImage(string.Format(image, name));
            _folder.Write(string.Format(label, name), "1 .5 .5 .2 .4\n");
        }

        _folder.Write(names, "cat\ndog\n");

        var set = DetectionDataset.Open((names.StartsWith("train/", StringComparison.Ordinal) ? _folder.At("train") : _folder.Root) + split);

        Assert.Equal([("cat", 0), ("dog", 2)], DatasetSummary.Create(set).Classes.Select(count => (count.Category.Name, count.Boxes)));
    }

    [Fact]
    public void Open_DarknetData_ReadsListsOfAnotherMachine()
    {
        foreach (var name in (string[])["1", "2", "3"])
        {
            _folder.WriteImage($"img/{name}.jpg");
            _folder.Write($"img/{name}.txt", "0 .5 .5 .2 .4\n");
        }

        _folder.Write("obj.data", "classes = 1\ntrain  = data/train.txt\nvalid  = data/valid.txt\nnames = data/obj.names\nbackup = backup/\n");
        _folder.Write("obj.names", "cat\n");
        _folder.Write("train.txt", "D:\\darknet\\data\\img\\1.jpg\n/data/x/img/2.jpg\n");
        _folder.Write("valid.txt", "data/img/3.jpg\n");

        Assert.Equal([_folder.At("img/1.jpg"), _folder.At("img/2.jpg")], DetectionDataset.Open(_folder.At("obj.data")).Images.Select(image => image.Path));
        Assert.Equal([_folder.At("img/3.jpg")], DetectionDataset.Open(_folder.At("obj.data") + "#val").Images.Select(image => image.Path));
    }

    [Theory]
    [InlineData("1.jpg")]
    [InlineData(@"sub\1.jpg")]
    [InlineData(@"C:\data\sub\1.jpg")]
    [InlineData("/mnt/other/sub/1.jpg")]
    [InlineData("file:///mnt/other/sub/1.jpg")]
    [InlineData("./sub/1.jpg")]
    [InlineData("sub/1.JPG")]
    [InlineData("sub/1.png")]
    [InlineData("SUB/1")]
    public void Resolve_NamesOfOtherMachines_FindTheFile(string name)
    {
        _folder.WriteImage("images/sub/1.jpg");
        var resolver = new ImageResolver("set.json", [_folder.At("images"), _folder.At("images", "sub")], [_folder.Root]);

        Assert.Equal(_folder.At("images", "sub", "1.jpg"), resolver.Resolve(name, ""));
    }

    [Theory]
    [InlineData("weiß é.jpg", "weiß e\u0301.jpg")]
    [InlineData("a b#1.jpg", "a%20b%231.jpg")]
    public void Resolve_UnicodeAndUrls_FindTheFile(string file, string name)
    {
        _folder.WriteImage(file);

        Assert.Equal(_folder.At(file), new ImageResolver("set.json", [_folder.Root]).Resolve(name, ""));
    }

    [Fact]
    public void Resolve_EqualNames_LongestEndWinsAndTieIsNotGuessed()
    {
        foreach (var name in (string[])["cam1/day/1.jpg", "cam2/day/1.jpg", "cam2/night/1.jpg"])
            _folder.WriteImage(name);
        var log = new ProblemLog(collectsErrors: false);
        var resolver = new ImageResolver("set.json", [_folder.Root]);

        Assert.Equal(_folder.At("cam2", "day", "1.jpg"), resolver.Resolve(@"E:\x\cam2\day\1.jpg", ""));
        Assert.Equal(_folder.At("cam2", "night", "1.jpg"), resolver.Resolve("/other/night/1.jpg", ""));
        Assert.False(File.Exists(resolver.Resolve("/other/day/1.jpg", "")));

        resolver.Report(log);
        Assert.Contains("2 file names of images are found by the end of their paths, for example \"E:\\x\\cam2\\day\\1.jpg\"", Assert.Single(log.Problems).Reason);
    }

    [Fact]
    public void Open_ClassOptions_MergeAndDrop()
    {
        _folder.WriteImage("1.jpg");
        var path = _folder.Write("set.json", """
            {"images": [{"id": 1, "file_name": "1.jpg", "width": 100, "height": 80}],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 9, 9], "area": 81, "iscrowd": 0}, {"id": 2, "image_id": 1, "category_id": 2, "bbox": [20, 1, 9, 9], "area": 81, "iscrowd": 0},
              {"id": 3, "image_id": 1, "category_id": 3, "bbox": [40, 1, 9, 9], "area": 81, "iscrowd": 0}],
             "categories": [{"id": 0, "name": "animals", "supercategory": "none"}, {"id": 1, "name": "Dog", "supercategory": "animals"}, {"id": 2, "name": "dog ", "supercategory": "animals"},
              {"id": 3, "name": "cat", "supercategory": "animals"}]}
            """);

        var plain = DetectionDataset.Open(path);
        Assert.Contains(plain.Problems, problem => problem.Reason.Contains("\"Dog\", \"dog \" differ only in case or spaces"));
        Assert.Contains(plain.Problems, problem => problem.Reason.Contains("\"animals\" has no boxes and is the supercategory"));

        var merged = DetectionDataset.Open(path, new() { MergeClasses = true, DropClasses = ["animals", "cat"] });
        Assert.Equal([new(1, "Dog")], merged.Categories);
        Assert.Equal([0, 0], merged.Images[0].Annotations.Select(annotation => annotation.Category));
        Assert.Contains("no class \"bird\" to drop", Assert.Throws<DatasetException>(() => DetectionDataset.Open(path, new() { DropClasses = ["bird"] })).Reason);
    }

    private static IEnumerable<(string? Name, int Images)> Splits(string data) => DetectionDataset.OpenSplits(data).Select(split => (split.Name, split.Dataset.Images.Count));

    private void WriteCoco(string json, string image)
    {
        foreach (var name in (string[])["1", "2"])
            _folder.WriteImage(string.Format(image, name));
        _folder.Write(json, """
            {"images": [{"id": 1, "file_name": "1.jpg", "width": 100, "height": 80}, {"id": 2, "file_name": "2.jpg", "width": 100, "height": 80}],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 9, 9], "area": 81, "iscrowd": 0}], "categories": [{"id": 1, "name": "cat"}]}
            """);
    }
}
