namespace RetinaSharp.Cli.Tests;

public sealed class DataPreviewTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Preview_Data_WritesPicturesAndAPage()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 4);

        var files = CommandResult.Retina("data", "preview", data, "--out", _folder.At("out"), "--size", "64", "--count", "2", "--seed", "3", "--json").IsDone().Json.GetProperty("files");

        var names = files.EnumerateArray().Select(file => Path.GetFileName(file.GetString())).ToArray();
        Assert.Equal("preview.html", names[0]);
        Assert.Contains("images-01.png", names);
        Assert.Contains("augmentation.png", names);
        Assert.All(names, name => Assert.True(File.Exists(_folder.At("out", name!))));
    }

    [BrowserFact]
    public async Task Preview_Page_FitsWideAndNarrowWindows()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 4);
        CommandResult.Retina("data", "preview", data, "--out", _folder.At("out"), "--size", "64", "--seed", "3").IsDone();
        await using var browser = await Browser.StartAsync();
        foreach (var width in (int[])[1280, 390])
            // Images, objects of two classes, augmentation, each augmentation alone, anchors of three images.
            await browser.CheckReportAsync(_folder.At("out", "preview.html"), width, pictures: 8);
    }

    [Fact]
    public void Preview_Tile_ShowsSlices()
    {
        var data = LargeImage.Write(_folder.At("data"));

        var whole = Preview("whole");
        var sliced = Preview("sliced", "--tile", "64");

        Assert.Contains("1 boxes below a pixel", whole);
        Assert.Contains("0 boxes below a pixel", sliced);
        Assert.Contains("slices of 64 pixels", sliced);
        Assert.Contains("large.png at (", sliced);

        string Preview(string name, params string[] options)
        {
            CommandResult.Retina(["data", "preview", data, "--out", _folder.At(name), "--size", "64", .. options]).IsDone();
            return File.ReadAllText(_folder.At(name, "preview.html"));
        }
    }

    [Fact]
    public void Preview_MissingImage_IsLeftOut()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 3);
        File.Delete(_folder.At("data", "01.png"));

        CommandResult.Retina("data", "preview", data, "--out", _folder.At("out"), "--size", "64").IsDone();
    }

    [Fact]
    public void Preview_OutIsAFile_IsRefused()
    {
        var data = ColoredRectangles.Write(_folder.At("data"), images: 1);

        CommandResult.Retina("data", "preview", data, "--out", data).IsRefused(ExitCode.WrongUsage, "--out");
    }
}
