using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Experiments.Preview;

namespace RetinaSharp.Experiments.Tests.Preview;

public sealed class DatasetPreviewTests : IDisposable
{
    private static readonly RunSettings Settings = Presets.Small with { Input = new(64, 64) };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_Twice_GivesTheSamePictures()
    {
        var dataset = DetectionDataset.Open(ColoredRectangles.Write(_folder.At("data"), images: 5));

        var one = DatasetPreview.Write(dataset, Settings, _folder.At("a"));
        var other = DatasetPreview.Write(dataset, Settings, _folder.At("b"));

        string[] names = ["histogram-classes.png", "histogram-sizes.png", "images-01.png", "objects-01-red.png", "objects-02-blue.png", "augmentation-kinds.png", "augmentation.png", "anchors-01.png", "anchors-02.png", "anchors-03.png"];
        Assert.Equal(names, one.Pictures.Select(Path.GetFileName));
        Assert.All(one.Pictures.Zip(other.Pictures), pair => Assert.Equal(File.ReadAllBytes(pair.First), File.ReadAllBytes(pair.Second)));
        var page = File.ReadAllText(one.Page);
        Assert.All(names.Skip(2), name => Assert.Contains(name, page));
    }

    [Fact]
    public void Write_OtherAugmentation_ChangesOnlyItsSheet()
    {
        var dataset = DetectionDataset.Open(ColoredRectangles.Write(_folder.At("data"), images: 4));

        DatasetPreview.Write(dataset, Settings, _folder.At("a"));
        DatasetPreview.Write(dataset, Settings with { Augmentation = Settings.Augmentation with { Rotate90 = 1, Brightness = .8 } }, _folder.At("b"));

        foreach (var name in new[] { "images-01.png", "anchors-01.png", "augmentation.png" })
            Assert.Equal(name != "augmentation.png", File.ReadAllBytes(_folder.At("a", name)).AsSpan().SequenceEqual(File.ReadAllBytes(_folder.At("b", name))));
    }

    [Fact]
    public void Write_InputTooSmallForMultiScale_LeavesItsCellOut()
    {
        var dataset = DetectionDataset.Open(ColoredRectangles.Write(_folder.At("data"), images: 1));

        var result = DatasetPreview.Write(dataset, Settings with { Input = new(48, 48) }, _folder.At("out"));

        Assert.Contains("augmentation-kinds.png", result.Pictures.Select(Path.GetFileName));
    }

    [Fact]
    public void Write_CorruptImage_IsNamedAndLeftOut()
    {
        var dataset = DetectionDataset.Open(ColoredRectangles.Write(_folder.At("data"), images: 3));
        File.WriteAllText(_folder.At("data", "01.png"), "no image");

        var result = DatasetPreview.Write(dataset, Settings, _folder.At("out"));

        Assert.EndsWith("01.png", Assert.Single(result.BadImages).Path);
        Assert.NotEmpty(result.Pictures);
    }

    [Fact]
    public void Write_NoUsableImage_Throws()
    {
        var dataset = DetectionDataset.Open(ColoredRectangles.Write(_folder.At("data"), images: 1));
        File.Delete(_folder.At("data", "00.png"));

        Assert.Contains("no image can be shown", Assert.Throws<DatasetException>(() => DatasetPreview.Write(dataset, Settings, _folder.At("out"))).Message);
    }

    [Fact]
    public void Choose_RareClass_IsAmongThem()
    {
        // 100 images of class 0; number 57 also has classes 1 and 2, number 99 class 3.
        var images = Enumerable.Range(0, 100).Select(i => Image(i, i == 57 ? [0, 1, 2] : i == 99 ? [3] : [0])).ToArray();
        var dataset = new DetectionDataset { Source = "test", Categories = [.. Enumerable.Range(0, 5).Select(i => new Category(i, $"{i}"))], Images = images };

        for (var seed = 0; seed < 5; seed++)
        {
            var chosen = ImageSample.Choose(dataset, 6, seed);

            Assert.Equal(6, chosen.Count);
            Assert.Contains(images[57], chosen);
            Assert.Contains(images[99], chosen);
            Assert.Equal(chosen.Select(image => image.Id), ImageSample.Choose(dataset, 6, seed).Select(image => image.Id));
        }

        Assert.Equal(2, ImageSample.Choose(dataset, 1, 0).Count);
        Assert.Equal(100, ImageSample.Choose(dataset, 1000, 0).Count);
        Assert.NotEqual(ImageSample.Choose(dataset, 6, 0).Select(image => image.Id), ImageSample.Choose(dataset, 6, 1).Select(image => image.Id));
    }

    [Fact]
    public void Histograms_ColoredRectangles_CountBoxes()
    {
        var dataset = DetectionDataset.Open(ColoredRectangles.Write(_folder.At("data"), images: 3));

        var (byClass, bySize) = (LabelHistograms.ByClass(dataset), LabelHistograms.BySize(dataset, Settings));

        Assert.Equal(["red", "blue"], byClass.Categories);
        Assert.Equal([3, 3], byClass.Series[0].Values);
        // 20 x 16 and 24 x 22 pixels.
        Assert.Equal(6, bySize.Series[0].Values[bySize.Categories.ToList().IndexOf("16 to 32 px".Replace(' ', '\u00A0'))]);
        Assert.Equal(6, bySize.Series[0].Values.Sum());
    }

    private static AnnotatedImage Image(long id, int[] classes) => new()
    {
        Id = id,
        FileName = $"{id}.png",
        Path = $"{id}.png",
        Width = 64,
        Height = 64,
        Annotations = [.. classes.Select((category, i) => new Annotation { Id = i, Category = category, Box = new(1, 1, 9, 9), Area = 81 })],
    };
}
