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
