using RetinaSharp.Datasets;
using RetinaSharp.Experiments.Scenes;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Tests.Scenes;

public sealed class SceneSetTests : IDisposable
{
    private static readonly SceneSettings Settings = new() { Train = 5, Val = 3, Size = 160, Seed = 7 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("train", 5)]
    [InlineData("val", 3)]
    public void Write_ThenOpen_ReadsWhatWasWritten(string split, int images)
    {
        var (train, val) = SceneSet.Write(_folder.At("set"), Settings);
        var written = split == "train" ? train : val;

        var read = DetectionDataset.Open($"{_folder.At("set")}#{split}");

        Assert.Empty(read.Problems);
        Assert.Empty(DetectionDataset.Check(written.File));
        Assert.Equal(written.Set.Source, read.Source);
        Assert.Equal(SceneRecipe.Categories, read.Categories);
        Assert.Equal(images, read.Images.Count);
        Assert.Equal(written.Set.Images.Select(image => image with { Annotations = [] }), read.Images.Select(image => image with { Annotations = [] }));
        Assert.Equal(written.Set.Images.SelectMany(image => image.Annotations), read.Images.SelectMany(image => image.Annotations));
        Assert.Equal(written.Objects, read.Images.Sum(image => image.Annotations.Count));
        Assert.Equal(new SceneGenerator(7, 160).Draw(split, 2).Image.Pixels, Image.Load(read.Images[2].Path).Pixels);
    }

    [Fact]
    public void Write_TheSameSeed_GivesTheSameBytes()
    {
        SceneSet.Write(_folder.At("one"), Settings);
        SceneSet.Write(_folder.At("two"), Settings);

        var files = Files("one");
        Assert.Equal(5 + 3 + 2, files.Length);
        Assert.Equal(files, Files("two"));
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(_folder.At("one", file)), File.ReadAllBytes(_folder.At("two", file))));
    }

    [Fact]
    public void Write_AnotherSeed_GivesOthers()
    {
        SceneSet.Write(_folder.At("one"), Settings);
        SceneSet.Write(_folder.At("two"), Settings with { Seed = 8 });

        Assert.All(Files("one"), file => Assert.NotEqual(File.ReadAllBytes(_folder.At("one", file)), File.ReadAllBytes(_folder.At("two", file))));
    }

    [Fact]
    public void Write_MoreTrainingImages_KeepsTheFirstAndTheValidationSet()
    {
        SceneSet.Write(_folder.At("one"), Settings);
        SceneSet.Write(_folder.At("two"), Settings with { Train = 6 });

        foreach (var file in (string[])["train/000005.png", "val/000003.png", "annotations/val.json"])
            Assert.Equal(File.ReadAllBytes(_folder.At("one", file)), File.ReadAllBytes(_folder.At("two", file)));
    }

    [Fact]
    public void Write_AFolderThatIsNotEmpty_IsRefusedAndLeftAlone()
    {
        File.WriteAllText(_folder.At("notes.txt"), "mine");

        var error = Assert.Throws<IOException>(() => SceneSet.Write(_folder.Root, Settings));

        Assert.Contains(_folder.Root, error.Message);
        Assert.Equal([_folder.At("notes.txt")], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Write_Cancelled_LeavesNothing(bool folderIsThere)
    {
        var folder = _folder.At("set");
        if (folderIsThere)
            Directory.CreateDirectory(folder);
        using var source = new CancellationTokenSource();

        Assert.ThrowsAny<OperationCanceledException>(() => SceneSet.Write(folder, Settings with { Train = 1000 }, new Canceller(source), source.Token));

        Assert.Equal(folderIsThere, Directory.Exists(folder));
        Assert.Empty(Directory.GetFileSystemEntries(folderIsThere ? folder : _folder.Root));
    }

    [Fact]
    public void Write_ItsProgress_CountsEveryImageOnce()
    {
        var counter = new Counter();

        SceneSet.Write(_folder.At("set"), Settings, counter);

        Assert.Equal(Enumerable.Range(1, 8), counter.Reports);
    }

    [Theory]
    [InlineData(0, 3, 160)]
    [InlineData(5, 0, 160)]
    [InlineData(5, 3, 16)]
    [InlineData(5, 3, 4096)]
    public void Write_SettingsOutOfRange_AreRefused(int train, int val, int size)
    {
        Assert.Throws<ArgumentException>(() => SceneSet.Write(_folder.At("set"), new() { Train = train, Val = val, Size = size }));
        Assert.False(Directory.Exists(_folder.At("set")));
    }

    private string[] Files(string set) =>
        [.. Directory.GetFiles(_folder.At(set), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_folder.At(set), file)).Order(StringComparer.Ordinal)];

    private sealed class Canceller(CancellationTokenSource source) : IProgress<int>
    {
        public void Report(int value) => source.Cancel();
    }

    private sealed class Counter : IProgress<int>
    {
        public List<int> Reports { get; } = [];

        public void Report(int value) => Reports.Add(value);
    }
}
