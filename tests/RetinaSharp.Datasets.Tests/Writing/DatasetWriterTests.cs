using RetinaSharp.Datasets.Writing;
using static RetinaSharp.Datasets.Tests.Writing.WrittenSets;

namespace RetinaSharp.Datasets.Tests.Writing;

public sealed class DatasetWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Target => _folder.At("target");

    [Theory]
    [InlineData(DatasetFormat.Coco)]
    [InlineData(DatasetFormat.Voc)]
    [InlineData(DatasetFormat.Yolo)]
    [InlineData(DatasetFormat.LabelMe)]
    [InlineData(DatasetFormat.Cvat)]
    [InlineData(DatasetFormat.Csv)]
    public void Write_DatasetThatTheFormatHolds_ReportsNoLossAndCopiesTheImages(DatasetFormat format)
    {
        var written = DatasetWriter.Write(_folder.Lossless(), Target, format);

        Assert.Empty(written.Losses);
        Assert.Equal((Target, format), (written.Path, written.Format));
        Assert.Equal([new(null, Target, 4, 4)], written.Splits);
        Assert.Equal(4, Directory.GetFiles(Target, "*.jpg", SearchOption.AllDirectories).Length);
        Assert.Equal(["source", "target"], Directory.GetFileSystemEntries(_folder.Root).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData(DatasetFormat.Coco, 0)]
    [InlineData(DatasetFormat.Voc, 1e-12)]
    [InlineData(DatasetFormat.Yolo, 1e-7)]
    [InlineData(DatasetFormat.LabelMe, 1e-12)]
    [InlineData(DatasetFormat.Cvat, 1e-12)]
    [InlineData(DatasetFormat.Csv, 1e-12)]
    public void Write_ThenOpen_HasTheSameBoxesClassesAndSizes(DatasetFormat format, double precision)
    {
        var set = _folder.Lossless();
        DatasetWriter.Write(set, Target, format);

        var read = DetectionDataset.Open(Target);

        Assert.Empty(read.Problems);
        AreEqual(set, read, precision, keepsFolders: format != DatasetFormat.Voc);
    }

    [Theory]
    [InlineData(DatasetFormat.Coco, DatasetFormat.Voc)]
    [InlineData(DatasetFormat.Voc, DatasetFormat.Yolo)]
    [InlineData(DatasetFormat.Yolo, DatasetFormat.LabelMe)]
    [InlineData(DatasetFormat.LabelMe, DatasetFormat.Cvat)]
    [InlineData(DatasetFormat.Cvat, DatasetFormat.Csv)]
    [InlineData(DatasetFormat.Csv, DatasetFormat.Coco)]
    public void Write_OfASetThatWasReadFromAnotherFormat_HasTheSameBoxes(DatasetFormat first, DatasetFormat second)
    {
        var set = _folder.Lossless();
        DatasetWriter.Write(set, _folder.At("first"), first);

        DatasetWriter.Write(DetectionDataset.Open(_folder.At("first")), Target, second);

        AreEqual(set, DetectionDataset.Open(Target), 1e-7, keepsFolders: first != DatasetFormat.Voc && second != DatasetFormat.Voc);
    }

    [Theory]
    [InlineData(DatasetFormat.Coco)]
    [InlineData(DatasetFormat.Voc)]
    [InlineData(DatasetFormat.Yolo)]
    [InlineData(DatasetFormat.LabelMe)]
    [InlineData(DatasetFormat.Cvat)]
    [InlineData(DatasetFormat.Csv)]
    public void WriteSplits_ThenOpenSplits_HasTheSplits(DatasetFormat format)
    {
        var set = _folder.Lossless();
        DatasetSplit[] splits = [new("train", set with { Images = [.. set.Images.Take(3)] }), new("val", set with { Images = [set.Images[3]] })];

        var written = DatasetWriter.WriteSplits(splits, Target, format);

        Assert.Equal([new("train", $"{Target}#train", 3, 3), new("val", $"{Target}#val", 1, 1)], written.Splits);
        var read = DetectionDataset.OpenSplits(Target);
        Assert.Equal(["train", "val"], read.Select(split => split.Name));
        for (var i = 0; i < splits.Length; i++)
            AreEqual(splits[i].Dataset, read[i].Dataset, 1e-7, keepsFolders: format != DatasetFormat.Voc);
        AreEqual(splits[1].Dataset, DetectionDataset.Open(written.Splits[1].Data), 1e-7, keepsFolders: format != DatasetFormat.Voc);
    }

    [Fact]
    public void WriteSplits_SplitsWithOtherClasses_JoinsThemByName()
    {
        DatasetSplit[] splits =
        [
            new("train", new() { Source = "a", Categories = [new(1, "cat"), new(2, "dog")], Images = [_folder.Image(1, "a.jpg", Object(1, 1, 1, 1, 9, 9))] }),
            new("val", new() { Source = "b", Categories = [new(1, "bird"), new(2, "cat")], Images = [_folder.Image(1, "b.jpg", Object(1, 1, 1, 1, 9, 9), Object(2, 0, 1, 1, 9, 9))] }),
        ];

        DatasetWriter.WriteSplits(splits, Target, DatasetFormat.Yolo);

        var val = DetectionDataset.Open($"{Target}#val");
        Assert.Equal(["cat", "dog", "bird"], val.Categories.Select(category => category.Name));
        Assert.Equal([0, 2], val.Images[0].Annotations.Select(annotation => annotation.Category));
    }

    [Fact]
    public void Write_Coco_KeepsIdsFlagsAndAreas()
    {
        var set = new DetectionDataset
        {
            Source = "",
            Categories = [new(3, "unused"), new(7, "cat")],
            Images = [_folder.Image(40, "a.jpg", Object(9, 1, 1, 2, 3, 4) with { Area = 7, IsCrowd = true }, Object(5, 1, 90, 2, 30, 4) with { IsDifficult = true })],
        };

        Assert.Empty(DatasetWriter.Write(set, Target, DatasetFormat.Coco).Losses);

        var read = DetectionDataset.Open(Target, new() { KeepDegenerate = true });
        Assert.Equal(set.Categories, read.Categories);
        Assert.Equal(40, read.Images[0].Id);
        Assert.Equal(set.Images[0].Annotations, read.Images[0].Annotations);
    }

    [Theory]
    [InlineData(DatasetFormat.LabelMe)]
    [InlineData(DatasetFormat.Cvat)]
    public void Write_CrowdsAndDifficultObjects_KeepTheirFlags(DatasetFormat format)
    {
        var set = _folder.Lossless() with
        {
            Images = [_folder.Image(1, "a.jpg", Object(1, 0, 1, 2, 3, 4) with { IsCrowd = true }, Object(2, 1, 9, 2, 30, 4) with { IsDifficult = true }, Object(3, 2, 9, 2, 30, 4))],
        };

        Assert.Empty(DatasetWriter.Write(set, Target, format).Losses);

        var read = DetectionDataset.Open(Target).Images[0].Annotations;
        Assert.Equal([(true, false), (false, true), (false, false)], read.Select(annotation => (annotation.IsCrowd, annotation.IsDifficult)));
    }

    [Fact]
    public void WriteSplits_OfASetThatWasReadWithFoldersOfSplits_DoesNotNestThem()
    {
        DatasetSplit[] splits = [new("train", _folder.Lossless())];
        DatasetWriter.WriteSplits(splits, _folder.At("first"), DatasetFormat.Csv);

        DatasetWriter.WriteSplits(DetectionDataset.OpenSplits(_folder.At("first")), Target, DatasetFormat.Csv);

        Assert.True(File.Exists(Path.Combine(Target, "train", "a b.jpg")));
    }

    [Fact]
    public void OpenSplits_NoSplits_IsOneWithoutName()
    {
        DatasetWriter.Write(_folder.Lossless(), Target, DatasetFormat.Cvat);

        Assert.Null(Assert.Single(DetectionDataset.OpenSplits(Target)).Name);
        Assert.Equal("val", Assert.Single(DetectionDataset.OpenSplits($"{Split("voc", DatasetFormat.Voc, "train", "val")}#val")).Name);
    }

    [Fact]
    public void OpenSplits_ImagesInNoSplit_AreTheSplitOther()
    {
        var yolo = Split("yolo", DatasetFormat.Yolo, "train", "extra");
        File.Delete(Path.Combine(yolo, "data.yaml"));
        File.Delete(Path.Combine(yolo, "classes.txt"));

        Assert.Equal([("train", 2), ("other", 2)], DetectionDataset.OpenSplits(yolo).Select(split => (split.Name, split.Dataset.Images.Count)));
    }

    [Fact]
    public void OpenSplits_DefectInOneSplit_IsAnError()
    {
        var voc = Split("voc", DatasetFormat.Voc, "train", "val");
        File.AppendAllText(Path.Combine(voc, "ImageSets", "Main", "val.txt"), "missing\n");

        Assert.Contains("missing", Assert.Throws<DatasetException>(() => DetectionDataset.OpenSplits(voc)).Message);
    }

    private string Split(string name, DatasetFormat format, string first, string second)
    {
        var set = _folder.Lossless();
        DatasetWriter.WriteSplits([new(first, set with { Images = [.. set.Images.Take(2)] }), new(second, set with { Images = [.. set.Images.Skip(2)] })], _folder.At(name), format);
        return _folder.At(name);
    }

    [Fact]
    public void Write_Voc_CountsEachKindOfLoss()
    {
        var set = new DetectionDataset
        {
            Source = "",
            Categories = [new(3, "unused"), new(7, "dog"), new(8, "cat")],
            Images = [_folder.Image(40, "a.jpg", Object(1, 1, 1, 2, 3, 4) with { Area = 7, IsCrowd = true }, Object(5, 2, 9, 2, 30, 4) with { IsDifficult = true })],
        };

        var losses = DatasetWriter.Write(set, Target, DatasetFormat.Voc).Losses;

        Assert.Collection(losses,
            loss => Assert.StartsWith("1 crowd is written as ordinary boxes", loss.Reason),
            loss => Assert.StartsWith("1 area is lost", loss.Reason),
            loss => Assert.Matches("^1 class has no boxes and .*unused", loss.Reason),
            loss => Assert.StartsWith("the order of the classes is lost", loss.Reason),
            loss => Assert.StartsWith("1 image id is lost", loss.Reason),
            loss => Assert.StartsWith("1 annotation id is lost", loss.Reason),
            loss => Assert.StartsWith("3 class ids are lost", loss.Reason));
        Assert.Equal([false, true], DetectionDataset.Open(Target).Images[0].Annotations.Select(annotation => annotation.IsDifficult));
    }

    [Fact]
    public void Write_Yolo_ClipsBoxesToTheImageAndLeavesOutBoxesOutside()
    {
        var set = new DetectionDataset
        {
            Source = "",
            Categories = [new(0, "cat")],
            Images = [_folder.Image(1, "a.jpg", Object(1, 0, -10, -10, 30, 20), Object(2, 0, 200, 10, 5, 5), Object(3, 0, 95, 0, 20, 80), Object(4, 0, 20, 20, -5, 5), Object(5, 0, double.NaN, 0, 1, 1))],
        };

        var losses = DatasetWriter.Write(set, Target, DatasetFormat.Yolo).Losses.Select(loss => loss.Reason[..loss.Reason.IndexOf(':')]);

        Assert.Equal(["1 box has numbers that are not finite", "2 boxes are clipped to the image", "1 box is left out", "1 box is left out"], losses);
        Assert.Equal([new(0, 0, 20, 10), new(95, 0, 5, 80)], DetectionDataset.Open(Target).Images[0].Annotations.Select(annotation => annotation.Box));
    }

    [Fact]
    public void Write_CollidingNames_BecomeUnique()
    {
        string[] names = ["a/1.jpg", "b/1.jpg", "b/1.png", "B/1.jpg", "../1.jpg"];
        var set = new DetectionDataset { Source = "", Categories = [new(1, "cat")], Images = [.. names.Select((name, i) => _folder.Image(i + 1, name, Object(i + 1, 0, i, 0, 10, 10)))] };

        DatasetWriter.Write(set, _folder.At("voc"), DatasetFormat.Voc);
        DatasetWriter.Write(set, _folder.At("yolo"), DatasetFormat.Yolo);

        Assert.Equal(["1.jpg", "b_1.jpg", "b_1-2.png", "B_1-3.jpg", "1-2.jpg"], DetectionDataset.Open(_folder.At("voc")).Images.OrderBy(image => image.Annotations[0].Box.X).Select(image => image.FileName));
        Assert.Equal(["a/1.jpg", "b/1.jpg", "b/1-2.png", "B/1-3.jpg", "1.jpg"], DetectionDataset.Open(_folder.At("yolo")).Images.OrderBy(image => image.Annotations[0].Box.X).Select(image => image.FileName));
    }

    [Fact]
    public void Write_YoloWithAFolderNamedImages_LeavesTheFolderOut()
    {
        var set = new DetectionDataset { Source = "", Categories = [new(1, "cat")], Images = [_folder.Image(1, "images/train/a.jpg", Object(1, 0, 1, 0, 10, 10))] };

        DatasetWriter.Write(set, Target, DatasetFormat.Yolo);

        Assert.Equal(1, DetectionDataset.Open(Target).Images.Sum(image => image.Annotations.Count));
    }

    [Theory]
    [InlineData(DatasetFormat.Coco, "")]
    [InlineData(DatasetFormat.Coco, "set.json")]
    [InlineData(DatasetFormat.Voc, "")]
    [InlineData(DatasetFormat.LabelMe, "")]
    [InlineData(DatasetFormat.Cvat, "")]
    [InlineData(DatasetFormat.Cvat, "set.xml")]
    [InlineData(DatasetFormat.Csv, "")]
    [InlineData(DatasetFormat.Csv, "set.csv")]
    public void Write_WithoutImages_NamesTheOriginals(DatasetFormat format, string file)
    {
        var set = _folder.Lossless();
        var target = Path.Combine(Target, file);

        DatasetWriter.Write(set, target, format, new() { Images = ImageHandling.None });

        Assert.Empty(Directory.GetFiles(Target, "*.jpg", SearchOption.AllDirectories));
        Assert.Equal(set.Images.Select(image => image.Path), DetectionDataset.Open(target).Images.Select(image => image.Path).OrderBy(path => set.Images.Select(image => image.Path).ToList().IndexOf(path)));
    }

    [Fact]
    public void Write_LinkedImages_AreTheSameFiles()
    {
        var set = _folder.Lossless();

        DatasetWriter.Write(set, Target, DatasetFormat.Coco, new() { Images = ImageHandling.Link });

        File.AppendAllText(set.Images[0].Path, "more");
        Assert.Equal(File.ReadAllBytes(set.Images[0].Path), File.ReadAllBytes(DetectionDataset.Open(Target).Images[0].Path));
    }

    [Fact]
    public void Write_YoloWithoutImages_IsRefused() =>
        Assert.Contains("copy or link the images", Assert.Throws<ArgumentException>(() => DatasetWriter.Write(_folder.Lossless(), Target, DatasetFormat.Yolo, new() { Images = ImageHandling.None })).Message);

    [Fact]
    public void Write_TargetThatIsNotEmpty_IsRefused()
    {
        _folder.Write("target/file", "");
        _folder.Write("set.json", "");

        Assert.Contains("is not empty", Assert.Throws<IOException>(() => DatasetWriter.Write(_folder.Lossless(), Target, DatasetFormat.Coco)).Message);
        Assert.Contains("exists", Assert.Throws<IOException>(() => DatasetWriter.Write(_folder.Lossless(), _folder.At("set.json"), DatasetFormat.Coco)).Message);
        Assert.Equal([_folder.At("target", "file")], Directory.GetFileSystemEntries(Target));
    }

    [Fact]
    public void Write_EmptyTarget_IsFilled()
    {
        Directory.CreateDirectory(Target);

        DatasetWriter.Write(_folder.Lossless(), Target, DatasetFormat.Yolo);

        Assert.Equal(["classes.txt", "data.yaml", "images", "labels"], Directory.GetFileSystemEntries(Target).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Write_MissingImage_IsAnErrorAndLeavesNothing()
    {
        var set = _folder.Lossless();
        File.Delete(set.Images[1].Path);

        Assert.Contains("1 of 4 are missing", Assert.Throws<DatasetException>(() => DatasetWriter.Write(set, Target, DatasetFormat.Coco)).Message);

        Assert.Equal([_folder.At("source")], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void Write_Canceled_LeavesNothing()
    {
        using var source = new CancellationTokenSource();
        var progress = new Counter(source.Cancel);

        Assert.Throws<OperationCanceledException>(() => DatasetWriter.Write(_folder.Lossless(), Target, DatasetFormat.Coco, null, progress, source.Token));

        Assert.Equal(1, progress.Value);
        Assert.Equal([_folder.At("source")], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("")]
    public void WriteSplits_InvalidName_IsRefused(string name) =>
        Assert.Throws<ArgumentException>(() => DatasetWriter.WriteSplits([new(name, _folder.Lossless())], Target, DatasetFormat.Coco));

    [Fact]
    public void Write_Csv_QuotesFieldsAndHasALineForAnImageWithoutBoxes()
    {
        DatasetWriter.Write(_folder.Lossless(), Target, DatasetFormat.Csv);

        Assert.Equal(
            [
                "filename,width,height,class,xmin,ymin,xmax,ymax",
                "a b.jpg,100,80,\"a: \"\"quoted\"\", <b> & 'c' #1\",10,20,40,60",
                "a b.jpg,100,80,yes,0.3333333333333333,2.125,30.433333333333334,2.1257",
                "cam1/\u00e4#1.jpg,100,80,chien \u00fc \U0001F600,0,0,100,80",
                "cam1/x.y.jpg,100,80,,,,,",
                "cam2/x.jpg,100,80,chien \u00fc \U0001F600,50.5,0,100,79.99",
            ],
            File.ReadAllLines(Path.Combine(Target, "_annotations.csv")));
    }

    [Fact]
    public void Write_LabelMe_HasAFileBesideEachImage()
    {
        DatasetWriter.Write(_folder.Lossless(), Target, DatasetFormat.LabelMe);

        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(Target, "cam2", "x.json")));
        Assert.Equal("x.jpg", json.RootElement.GetProperty("imagePath").GetString());
        Assert.Equal("[[50.5,0],[100,79.99]]", json.RootElement.GetProperty("shapes")[0].GetProperty("points").GetRawText().Replace(" ", "").ReplaceLineEndings(""));
        Assert.True(File.Exists(Path.Combine(Target, "cam1", "x.y.json")));
    }

    [Fact]
    public void Write_ClassNameThatXmlCannotHold_IsCleanedAndReported()
    {
        var set = new DetectionDataset { Source = "", Categories = [new(1, "c\u0001t")], Images = [_folder.Image(1, "a.jpg", Object(1, 0, 1, 0, 10, 10))] };

        Assert.Contains("1 class name has", Assert.Single(DatasetWriter.Write(set, Target, DatasetFormat.Voc).Losses).Reason);

        Assert.Equal("c\uFFFDt", DetectionDataset.Open(Target).Categories[0].Name);
    }

    [SharedDataTheory]
    [InlineData("tiny-coco", DatasetFormat.Coco, 0)]
    [InlineData("tiny-coco", DatasetFormat.Voc, 1e-9)]
    [InlineData("tiny-coco", DatasetFormat.Yolo, 1e-5)]
    [InlineData("tiny-coco", DatasetFormat.LabelMe, 1e-9)]
    [InlineData("tiny-coco", DatasetFormat.Cvat, 1e-9)]
    [InlineData("tiny-coco", DatasetFormat.Csv, 1e-9)]
    [InlineData("bccd", DatasetFormat.Coco, 0)]
    [InlineData("bccd", DatasetFormat.Voc, 1e-9)]
    [InlineData("bccd", DatasetFormat.Yolo, 1e-5)]
    [InlineData("bccd", DatasetFormat.LabelMe, 1e-9)]
    [InlineData("bccd", DatasetFormat.Cvat, 1e-9)]
    [InlineData("bccd", DatasetFormat.Csv, 1e-9)]
    public void WriteSplits_RealData_RoundTrips(string data, DatasetFormat format, double precision)
    {
        var keepAll = new DatasetOptions { KeepDegenerate = true };
        var splits = DetectionDataset.OpenSplits(SharedData.At("data", data), keepAll);

        DatasetWriter.WriteSplits(splits, Target, format, new() { Images = ImageHandling.Link });

        var read = DetectionDataset.OpenSplits(Target, keepAll);
        Assert.Equal(splits.Select(split => split.Name), read.Select(split => split.Name));
        for (var i = 0; i < splits.Count; i++)
            AreEqual(format is DatasetFormat.Voc or DatasetFormat.LabelMe or DatasetFormat.Csv ? Sorted(splits)[i] : splits[i].Dataset, read[i].Dataset, precision);

        // Formats without a list of classes have those with boxes, sorted by name.
        static DetectionDataset[] Sorted(IReadOnlyList<DatasetSplit> splits)
        {
            var old = splits[0].Dataset.Categories;
            var used = splits.SelectMany(split => split.Dataset.Images).SelectMany(image => image.Annotations).Select(annotation => old[annotation.Category].Name).Distinct().Order(StringComparer.Ordinal).ToList();
            return [.. splits.Select(split => split.Dataset with
            {
                Categories = [.. used.Select((name, i) => new Category(i + 1, name))],
                Images = [.. split.Dataset.Images.Select(image => image with { Annotations = [.. image.Annotations.Select(annotation => annotation with { Category = used.IndexOf(old[annotation.Category].Name) })] })],
            })];
        }
    }

    private sealed class Counter(Action then) : IProgress<int>
    {
        public int Value { get; private set; }

        public void Report(int value)
        {
            Value = value;
            then();
        }
    }
}
