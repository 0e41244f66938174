using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Anchors;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Tests.Data;

public sealed class TrainingTilesTests
{
    private const int Tile = 40;

    // 100 x 60 pixels have slices at x 0, 30 and 60, and at y 0 and 20.
    private static readonly ImageRegion Whole = new(0, 0, 100, 60), TopLeft = new(0, 0, Tile, Tile), Top = new(30, 0, Tile, Tile), Left = new(0, 20, Tile, Tile);

    private readonly TrainingTiles _tiles = new(Tile, minVisible: 0, seed: 3);

    [Fact]
    public void Plan_LargeImage_IsTheWholeAndItsSlicesByRows() => Assert.Equal(
        [Whole, TopLeft, Top, new(60, 0, Tile, Tile), Left, new(30, 20, Tile, Tile), new(60, 20, Tile, Tile)],
        _tiles.Plan(Pictures.Describe(100, 60)));

    [Theory]
    [InlineData(40, 40)]
    [InlineData(40, 8)]
    public void Plan_ImageThatFitsIntoASlice_IsTheWholeOnly(int width, int height) =>
        Assert.Equal([new(0, 0, width, height)], _tiles.Plan(Pictures.Describe(width, height)));

    [Theory]
    // Inside of the slice.
    [InlineData(5, 5, 15, 15, 0, 0, "5 5 10 10 object")]
    [InlineData(32, 22, 40, 30, 30, 0, "2 22 8 8 object")]
    [InlineData(32, 22, 40, 30, 30, 20, "2 2 8 8 object")]
    // Not in the slice; the edges touch.
    [InlineData(5, 5, 15, 15, 0, 20, null)]
    [InlineData(40, 5, 50, 15, 0, 0, null)]
    // 15 of 20 columns in each of two slices.
    [InlineData(25, 0, 45, 10, 0, 0, "25 0 15 10 object")]
    [InlineData(25, 0, 45, 10, 30, 0, "0 0 15 10 object")]
    // 6 of 20 columns are .3, 5 of 20 are less.
    [InlineData(34, 0, 54, 10, 0, 0, "34 0 6 10 object")]
    [InlineData(35, 0, 55, 10, 0, 0, "35 0 5 10 ignored")]
    // A corner: half of the width and half of the height are a quarter of the area.
    [InlineData(30, 30, 50, 50, 0, 0, "30 30 10 10 ignored")]
    // Over the border of the image: the part outside of it does not count.
    [InlineData(-10, 0, 10, 10, 0, 0, "0 0 10 10 object")]
    public void Cut_Box_IsMovedAndClippedToTheSlice(float x1, float y1, float x2, float y2, int sliceX, int sliceY, string? expected)
    {
        var sample = _tiles.Cut(Pictures.Describe(100, 60, new Box(x1, y1, x2, y2)), new(sliceX, sliceY, Tile, Tile));

        Assert.Equal((Tile, Tile, new ImageRegion(sliceX, sliceY, Tile, Tile)), (sample.Width, sample.Height, sample.Crop!.Value));
        Assert.Equal(expected, sample.Annotations.Select(Describe).SingleOrDefault());
    }

    [Fact]
    public void Cut_MinimumVisibleShare_IsThatOfTheAugmentationAndAtLeastAThird()
    {
        var image = Pictures.Describe(100, 60, new Box(25, 0, 45, 10), new Box(35, 0, 55, 10));

        Assert.Equal([false, true], Ignored(0));
        Assert.Equal([false, true], Ignored(.75));
        Assert.Equal([true, true], Ignored(.8));

        IEnumerable<bool> Ignored(double minVisible) => new TrainingTiles(Tile, minVisible, 0).Cut(image, TopLeft).Annotations.Select(annotation => annotation.IsCrowd);
    }

    [Fact]
    public void Cut_Annotations_KeepClassAndFlagsAndTheVisibleArea()
    {
        var image = Pictures.Describe(100, 60, new Box(5, 5, 15, 15), new Box(25, 0, 45, 10), new Box(0, 0, 0, 9));
        image = image with { Annotations = [image.Annotations[0] with { IsCrowd = true }, image.Annotations[1] with { Area = 120, IsDifficult = true }, image.Annotations[2]] };

        var sample = _tiles.Cut(image, TopLeft);

        Assert.Equal([(0, true, false, 100.0), (1, false, true, 90.0)],
            sample.Annotations.Select(annotation => (annotation.Category, annotation.IsCrowd, annotation.IsDifficult, annotation.Area)));
        Assert.Equal((image.Id, image.Path), (sample.Id, sample.Path));
    }

    [Fact]
    public void Cut_WholeImage_IgnoresWhatSlicedInferenceTakesFromTheSlices()
    {
        // 9.2 pixels: the overlap of 10 less two tolerances of .4.
        Assert.Equal(9.2, new ImageSlices(Tile).MaxCompleteObjectSize, 1e-6);
        var image = Pictures.Describe(100, 60, new Box(5, 5, 14, 14), new Box(20, 5, 29, 15), new Box(40, 0, 90, 50));

        var sample = _tiles.Cut(image, Whole);

        Assert.Null(sample.Crop);
        Assert.Equal(["5 5 9 9 ignored", "20 5 9 10 object", "40 0 50 50 object"], sample.Annotations.Select(Describe));
    }

    [Fact]
    public void Cut_ImageWithoutSlices_IsUnchanged()
    {
        var image = Pictures.Describe(40, 30, new Box(5, 5, 8, 8));

        Assert.Same(image, _tiles.Cut(image, new(0, 0, 40, 30)));
    }

    [Fact]
    public void Cut_RegionOfAFile_IsRelativeToTheFile()
    {
        var image = Pictures.Describe(100, 60) with { Crop = new(1000, 500, 100, 60) };

        Assert.Equal(new ImageRegion(1030, 500, Tile, Tile), _tiles.Cut(image, Top).Crop);
        Assert.Equal(new ImageRegion(1000, 500, 100, 60), _tiles.Cut(image, Whole).Crop);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 5)]
    [InlineData(7, 6)]
    public void Slice_SlicesWithoutObjects_AreNoMoreThanThoseWith(int withObjects, int withoutObjects)
    {
        // 13 slices, every 30 pixels. A box of 8 pixels in the middle of a slice is in no other.
        var image = Pictures.Describe(400, 40, [.. Enumerable.Range(0, withObjects).Select(slice => new Box(30 * slice + 15, 10, 30 * slice + 23, 18))]);

        var samples = Slice(image, seed: 1);

        Assert.Null(samples[0].Crop);
        Assert.Equal(1 + withObjects + withoutObjects, samples.Count);
        Assert.Equal(withObjects, samples.Count(TrainingTiles.HasObjects));
        Assert.All(samples.Skip(1), sample => Assert.True(sample.Crop is { Width: Tile, Height: Tile, Y: 0 } crop && crop.X % 30 == 0));
        Assert.Equal(samples.Select(sample => sample.Crop), Slice(image, seed: 1).Select(sample => sample.Crop));
    }

    [Fact]
    public void Slice_OtherSeeds_ChooseOtherSlicesWithoutObjects()
    {
        var image = Pictures.Describe(400, 40);

        Assert.True(Enumerable.Range(0, 20).Select(seed => Slice(image, seed)[1].Crop).Distinct().Count() > 3);
    }

    [Fact]
    public void Slice_UnknownSize_Throws() => Assert.Throws<DatasetException>(() => Slice(Pictures.Describe(0, 0), seed: 0));

    [Theory]
    [InlineData(".png")]
    [InlineData(".jpg")]
    public void EnumerateEpoch_Slices_HaveThePixelsOfTheirRegions(string extension)
    {
        using var pictures = new Pictures();
        var source = pictures.Add(230, 150, new Box(20, 20, 50, 50), new Box(150, 90, 170, 120)) with { Path = pictures.At($"image{extension}") };
        Pictures.Paint(230, 150, new Box(20, 20, 50, 50), new Box(150, 90, 170, 120)).Save(source.Path);
        var file = Image.Load(source.Path);
        var set = new TrainingTiles(96, 0, 0).Slice(new() { Source = "set", Categories = [new(1, "one"), new(2, "two")], Images = [source] });
        // The slices are neither scaled nor augmented.
        var loader = new TrainingLoader(set, new(96, 192), AugmentationSettings.None, new(new()), new IouAssigner(new()), new() { BatchSize = 1 });

        var seen = new List<ImageRegion?>();
        foreach (var batch in loader.EnumerateEpoch(0))
            using (batch)
            {
                var crop = batch.Images[0].Source.Crop;
                seen.Add(crop);
                if (crop is not { } region)
                    continue;
                Assert.Equal((96, 96), (batch.Width, batch.Height));
                for (var y = 0; y < 96; y++)
                    Assert.True(file.Pixels.Slice(((region.Y + y) * 230 + region.X) * 3, 96 * 3).SequenceEqual(batch.Pixels.Slice(y * 96 * 3, 96 * 3)));
            }

        Assert.Equal(set.Images.Count, seen.Distinct().Count());
        Assert.Contains(null, seen);
        Assert.True(seen.Count > 4);
    }

    [Fact]
    public void Compute_AnchorStatistics_AreThoseOfTheSlices()
    {
        var set = new DetectionDataset { Source = "set", Categories = [new(1, "one"), new(2, "two")], Images = [Pictures.Describe(400, 40, new Box(15, 10, 23, 18), new Box(200, 0, 240, 40))] };
        var settings = Presets.Tiny with { Tile = Tile };

        var statistics = AnchorStatistics.Compute(set, settings);

        Assert.Equal(TrainingTiles.Create(settings)!.Slice(set).Images.Count, statistics.Images);
        Assert.True(statistics.Images > 4);
        Assert.Equal(0, statistics.VanishedBoxes);
        // The object of 8 pixels is 51 in a slice that is scaled from 40 to 256, and ignored in the whole image, where that of 40 is 25.6.
        Assert.Equal(25.6, statistics.SmallestSide, .7);
    }

    private static IReadOnlyList<AnnotatedImage> Slice(AnnotatedImage image, long seed) =>
        new TrainingTiles(Tile, 0, seed).Slice(new() { Source = "set", Categories = [new(1, "one"), new(2, "two")], Images = [image] }).Images;

    private static string Describe(Annotation annotation) =>
        $"{annotation.Box.X} {annotation.Box.Y} {annotation.Box.Width} {annotation.Box.Height} {(annotation.IsCrowd ? "ignored" : "object")}";
}
